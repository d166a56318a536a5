/** A `keeper.yaml` of two registrations, one new, one there already: a small world beside the demonstration. */
export const ownFile = `
registrations:
  rooms:
    displayName: Own Rooms
    audience: organizations-and-personal
    redirectUris: [hosted-eu]
    permissions: [Calendars.Read]
    secret: { vault: own-vault, name: nylas-rooms }
    connectors:
      - region: eu
        applicationId: 0b5e1c3a-9a4e-4e56-8f0e-1d2c3b4a5f60
        apiKeySecret: nylas-eu
  desk:
    displayName: Own Desk
    audience: organizations
    appId: 11111111-2222-4333-8444-555555555555
    redirectUris: [hosted-us]
    permissions: [Mail.Read]
    secret: { vault: other-vault, name: nylas-desk }
    connectors:
      - region: us
        applicationId: 7c1d2e3f-4a5b-4c6d-8e7f-901a2b3c4d5e
        apiKeySecret: nylas-us
`;
