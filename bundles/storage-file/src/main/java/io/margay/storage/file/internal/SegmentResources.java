package io.margay.storage.file.internal;

/**
 * What all segments of an engine share.
 *
 * @param disk opens their files
 * @param indexes keeps parts of their indexes in memory
 * @param files bounds how many of their files are open
 */
record SegmentResources(Disk disk, IndexCache indexes, OpenFiles files) {
  private static final int DEFAULT_INDEX_BYTES = 4 << 20;
  private static final int DEFAULT_FILES = 4096;

  /** Default sizes, for tests and tools. */
  static SegmentResources of(Disk disk) {
    return new SegmentResources(disk, new IndexCache(DEFAULT_INDEX_BYTES), new OpenFiles(DEFAULT_FILES));
  }
}
