/**
 * What can be wrong with sealed footage: the same names as in Python (lesson/footage/errors.py), each with a sentence.
 */

/** Something about a sealed lesson does not hold. Nothing of the part concerned was opened. */
export class FootageError extends Error {
  /**
   * @param {string} sentence
   * @param {{cause?: unknown}} [options]
   */
  constructor(sentence, options) {
    super(sentence, options);
    this.name = new.target.name;
  }

  /** What the person who reads the sentence can do next. */
  get remedy() {
    return "Fetch the lesson again from the unit or from the school.";
  }
}

/** The header cannot be read, or is not the one this lesson was sealed with. */
export class HeaderError extends FootageError {}

/** A wrapped key is damaged, or belongs to another lesson or another person. */
export class StanzaError extends FootageError {
  get remedy() {
    return "Fetch the stanzas again. If it stays, ask the owner of the lesson to share it once more.";
  }
}

/** How a lesson was handed on is damaged, for another lesson, or signed by somebody whose it is not. */
export class GrantError extends FootageError {
  get remedy() {
    return "Fetch the lesson again. If it stays, ask whoever shared it to share it once more.";
  }
}

/** A comment was altered, belongs to another lesson, or is an older version than one that was seen. */
export class CommentError extends FootageError {
  get remedy() {
    return "Load the page again. If it stays, tell the technician: the school shows another text than was written.";
  }
}

/** The list of segments does not hold together: a line is damaged, lost or out of order. */
export class LinkError extends FootageError {}

/** The last line of the list was cut off, as a power cut does. */
export class TornLinkError extends LinkError {
  get remedy() {
    return "Let the unit start once more: it closes an interrupted lesson by itself.";
  }
}

/** The manifest is damaged, or says something else than the list of segments. */
export class ManifestError extends FootageError {}

/** A segment is not what was sealed. */
export class SegmentDamagedError extends FootageError {
  get remedy() {
    return "Fetch this segment again from the unit or from the school. The other segments can be opened.";
  }
}

/** A segment that was sealed is not there. */
export class SegmentMissingError extends FootageError {
  get remedy() {
    return "Wait until the unit has sent everything, or fetch the segment again.";
  }
}

/** A segment stands under another one's name, or nobody sealed one of that name. */
export class SegmentMisplacedError extends FootageError {}

/** Nobody wrapped this lesson's key for this person. */
export class NotForYouError extends FootageError {
  get remedy() {
    return "Ask the teacher whose lesson it is to share it with you.";
  }
}

/** The passphrase is wrong, or the identity file is damaged. */
export class IdentityError extends FootageError {
  get remedy() {
    return "Type the passphrase again, or use the recovery code.";
  }
}

/** A recovery code was mistyped; the sentence says where. */
export class RecoveryCodeError extends FootageError {
  get remedy() {
    return "Compare it with your paper.";
  }
}

/** The school's deletion receipt is damaged, or is for something else. */
export class DeletionError extends FootageError {
  get remedy() {
    return "Ask the school for the deletion receipt again.";
  }
}
