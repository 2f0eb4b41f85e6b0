package io.margay.server.internal;

import io.margay.protocol.Records;
import io.netty.channel.DefaultFileRegion;

/**
 * Records that lie in a file, on their way to a socket with sendfile. The file belongs to the storage engine: the region gives the
 * records back, where its superclass would close the file.
 */
final class SharedFileRegion extends DefaultFileRegion {
  private final Records records;
  private final Answers answers;

  /**
   * @param records records with a file; taken over
   * @param answers is told when the region was sent or dropped
   */
  SharedFileRegion(Records records, Answers answers) {
    super(records.fileOrNull(), records.filePosition(), records.sizeBytes());
    this.records = records;
    this.answers = answers;
  }

  @Override
  protected void deallocate() {
    records.release();
    answers.fileSent(count());
  }
}
