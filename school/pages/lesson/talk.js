/**
 * What was heard in a lesson, as it stands in the lesson log and in live evidence.
 *
 * The sister of lesson/talk.py: names and meanings are explained there, and `_s` says that a number counts seconds
 * from the start of the lesson. One line of the log is one `Heard`; `TalkLog` is fed lines, in order, and always
 * holds the best account of the lesson so far:
 *
 *     state state wait state phase wait ...  account
 *     |<- drawn as it comes ------------->|  |<- replaces everything before it
 */

/** @typedef {"teacher"|"pupil"|"overlap"|"choral"|"group"|"silence"|"noise"|"av"|"unknown"} Role */
/** @typedef {"whole_class"|"group"|"silent_work"|"av"|"transition"|"unknown"} PhaseName */
/** @typedef {"answered"|"choral"|"overlapped"|"reasked"|"continued"|"named"|"to_group"|"to_silent_work"|"none"} Outcome */
/** @typedef {"low_snr"|"babble"|"overlap"|"role_weak"|"clipped"|"av"|"gap_in_audio"} Flag */
/** @typedef {{role: Role, start_s: number, end_s: number}} State */
/** @typedef {{phase: PhaseName, start_s: number, end_s: number}} PhaseSpan */
/**
 * @typedef {object} WaitTime
 * @property {string} event_id
 * @property {"SR"|"SI"|"TR"|"TI"|"WP"} kind
 * @property {number} t_end_s
 * @property {number} offered_wait_s
 * @property {number|null} time_to_answer_s
 * @property {number|null} pause_before_name_s
 * @property {number|null} pause_after_name_s
 * @property {number} longest_silence_s
 * @property {number} n_reasks
 * @property {Outcome} outcome
 * @property {PhaseName} phase
 * @property {"gap_only"|"prosody"|"words"|"human"} basis
 * @property {number|null} answer_len_s
 * @property {number|null} wait2_s
 * @property {number|null} p_q
 * @property {number} conf
 * @property {number} sd_ms
 * @property {Flag[]} flags
 * @property {boolean} usable
 * @property {HumanLabel|null} [human]
 */
/** @typedef {{outcome: Outcome|null, is_question: boolean|null, role: Role|null, role_before: Role|null}} HumanLabel */
/** @typedef {"good"|"fair"|"weak"} Grade */
/** @typedef {{aspect: "signal"|"coverage"|"roles"|"spread"|"count", value: number, grade: Grade, says: string|null}} Ground */
/** @typedef {{n: number, grounds: Ground[], refused: string|null}} Evidence */
/**
 * @typedef {object} WaitSummary
 * @property {number} n
 * @property {number} n_all
 * @property {number} coverage
 * @property {number|null} median_s
 * @property {number|null} quartile_low_s
 * @property {number|null} quartile_high_s
 * @property {number|null} median_low_s
 * @property {number|null} median_high_s
 * @property {number} criterion_s
 * @property {number|null} reached_criterion
 * @property {number|null} borderline_criterion
 * @property {number} goal_s
 * @property {Evidence} [evidence] absent in accounts made before 1.1
 */
/**
 * @typedef {object} TalkRatio
 * @property {number|null} teacher_share_of_talk
 * @property {number} teacher_share_of_lesson
 * @property {number} pupil_share_of_lesson
 * @property {number} overlap_share
 * @property {number} silence_share
 * @property {number} group_share
 * @property {number} silent_work_share
 * @property {number} av_share
 * @property {number} unknown_share
 * @property {Evidence} [evidence]
 */
/** @typedef {{waits: WaitSummary, waits2: WaitSummary, talk: TalkRatio, handovers: number}} Summary */
/** @typedef {{kind: "bookmark"|"pause", start_s: number, end_s: number|null}} Mark `end_s` null: the pause still goes on */
/**
 * @typedef {object} Account
 * @property {number} duration_s
 * @property {State[]} states
 * @property {PhaseSpan[]} phases
 * @property {WaitTime[]} waits
 * @property {Summary|null} summary
 * @property {Mark[]} [marks] what she marked while she taught; absent where there is nothing
 * @property {string} [config_hash]
 * @property {string} [version]
 */
/**
 * @typedef {object} Heard
 * @property {State|null} [state]
 * @property {PhaseSpan|null} [phase]
 * @property {WaitTime|null} [wait]
 * @property {Account|null} [account]
 * @property {Mark|null} [mark]
 */

/** A lesson's log, read line by line. */
export class TalkLog {
  /** @type {Map<number, State>} */
  #states = new Map();
  /** @type {Map<number, PhaseSpan>} */
  #phases = new Map();
  /** @type {Map<string, WaitTime>} */
  #waits = new Map();
  /** @type {Map<string, Mark>} */
  #marks = new Map();
  /** @type {Account|null} */
  #account = null;

  /** True once the account has come: nothing will change any more. */
  get isComplete() {
    return this.#account !== null;
  }

  /**
   * Take the lines of one opened log segment or one opened piece of evidence.
   * @param {Uint8Array|string} data UTF-8, one JSON object a line
   */
  feed(data) {
    const text = typeof data === "string" ? data : new TextDecoder().decode(data);
    for (const line of text.split("\n")) if (line.trim()) this.#take(/** @type {Heard} */ (JSON.parse(line)));
  }

  /**
   * The lesson so far: the account when it has come, otherwise what the lines add up to.
   * @returns {Account}
   */
  account() {
    if (this.#account) return this.#account;
    const states = inOrder([...this.#states.values()]);
    const phases = inOrder([...this.#phases.values()]);
    const waits = [...this.#waits.values()].sort((a, b) => a.t_end_s - b.t_end_s);
    const ends = [...states, ...phases].map((span) => span.end_s);
    return { duration_s: Math.max(0, ...ends), states, phases, waits, summary: null, marks: inOrder([...this.#marks.values()]) };
  }

  /** @param {Heard} heard */
  #take(heard) {
    // The same start or the same event id again is the same thing, known better: the last one counts. This also
    // makes it harmless that live evidence and the stored log tell the same story twice.
    if (heard.state) this.#states.set(heard.state.start_s, heard.state);
    if (heard.phase) this.#phases.set(heard.phase.start_s, heard.phase);
    if (heard.wait) this.#waits.set(heard.wait.event_id, heard.wait);
    if (heard.mark) this.#marks.set(`${heard.mark.kind} ${heard.mark.start_s}`, heard.mark);
    if (heard.account) this.#account = heard.account;
  }
}

/**
 * @template {{start_s: number}} Span
 * @param {Span[]} spans
 * @returns {Span[]}
 */
function inOrder(spans) {
  return spans.sort((a, b) => a.start_s - b.start_s);
}
