package io.margay.http.internal;

/** The place of a record in the response. Safe for all threads. */
final class Slot {
  private byte[] line;
  private HttpError error;

  /** A slot with an error. */
  static Slot failed(HttpError error) {
    Slot slot = new Slot();
    slot.fail(error);
    return slot;
  }

  /** The first result wins: a record that is written after a timeout is no longer reported. */
  synchronized void complete(byte[] newLine) {
    if (line == null) {
      line = newLine;
    }
  }

  synchronized void fail(HttpError why) {
    if (line == null) {
      error = why;
      line = Answers.error(why);
    }
  }

  /** @return the result for the client, or null when it is not known yet */
  synchronized byte[] line() {
    return line;
  }

  /** @return why the record failed, or null */
  synchronized HttpError error() {
    return error;
  }
}
