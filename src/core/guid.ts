/** GUIDs: vendors answer them in either letter case, people write them so, and they mean one thing. */

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A GUID in lower case; any other id as it is, for its letter case may mean something. */
export function inOneCase(id: string): string {
  return guid.test(id) ? id.toLowerCase() : id;
}
