/**
 * Role: the readings of what Nylas does where no public source settles it. Each simulated
 * application behaves by one of them; Keeper must be right under all.
 */

/** What one Nylas application does in the undocumented cases. */
export interface NylasMode {
  /** Does GET of a connector show `settings.client_id`? */
  readonly clientIdReturned: boolean;
  /** Does PATCH merge into `settings`, or replace them (and wipe what was left out)? */
  readonly settings: 'merge' | 'replace';
  /** Do grants refresh with what their record holds now, or with what they were made with? */
  readonly grantsFollow: boolean;
  /** What PATCH of connector `settings` writes to. A new record becomes the active one. */
  readonly updateReaches: 'active' | 'primary' | 'new-record';
  /** Is `scope` left out of a connector? Not among the combinations below. */
  readonly scopeHidden?: boolean;
  /** Are the ids of application, client and active record in upper case? Not among them either. */
  readonly upperCaseIds?: boolean;
  /** Answers in the mode's place, for somebody who wants to know what it was asked. */
  readonly answer?: (question: ModeQuestion) => boolean;
}

/** All that a mode can be asked, and its answer. */
const answers = {
  showsClientId: ({ clientIdReturned }: NylasMode) => clientIdReturned,
  merges: ({ settings }: NylasMode) => settings === 'merge',
  grantsFollow: ({ grantsFollow }: NylasMode) => grantsFollow,
  makesRecords: ({ updateReaches }: NylasMode) => updateReaches === 'new-record',
  keepsToPrimary: ({ updateReaches }: NylasMode) => updateReaches === 'primary',
};

/** A question with the answer yes or no. */
export type ModeQuestion = keyof typeof answers;

/**
 * What a mode says to a question. Simulators ask by this alone, and only where the answer makes a
 * difference: modes that were asked the same and said the same cannot be told apart.
 */
export function says(mode: NylasMode, question: ModeQuestion): boolean {
  return mode.answer?.(question) ?? answers[question](mode);
}

const booleans = [true, false] as const;
const settingsModes = ['merge', 'replace'] as const;
const reaches = ['active', 'primary', 'new-record'] as const;

/** Every combination: 24. */
export function allNylasModes(): NylasMode[] {
  return reaches.flatMap((updateReaches) =>
    settingsModes.flatMap((settings) =>
      booleans.flatMap((grantsFollow) =>
        booleans.map((clientIdReturned) => ({
          clientIdReturned,
          settings,
          grantsFollow,
          updateReaches,
        })),
      ),
    ),
  );
}

/**
 * Six modes in which every pair of choices occurs together: the fewest possible, since one choice
 * has three values and another two.
 */
export function coveringNylasModes(): NylasMode[] {
  return [
    modeOf('active', true, 'merge', true),
    modeOf('active', false, 'replace', false),
    modeOf('primary', true, 'replace', false),
    modeOf('primary', false, 'merge', true),
    modeOf('new-record', true, 'merge', false),
    modeOf('new-record', false, 'replace', true),
  ];
}

function modeOf(
  updateReaches: NylasMode['updateReaches'],
  clientIdReturned: boolean,
  settings: NylasMode['settings'],
  grantsFollow: boolean,
): NylasMode {
  return { clientIdReturned, settings, grantsFollow, updateReaches };
}
