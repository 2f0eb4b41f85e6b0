package io.margay.metadata;

/**
 * A service that follows what the cluster agrees on. The controller calls every registered publisher, one call at a
 * time, in the order of the images; a publisher that joins later first gets a delta with {@link ClusterDelta#first()}.
 * Publishers with a lower {@code service.ranking} are called later.
 */
@FunctionalInterface
public interface MetadataPublisher {
  /**
   * Called on the controller's thread; must neither wait for the controller nor block. Long work runs on a thread of the publisher.
   * The response to the command that caused the change is sent after all publishers have returned, so a client that created a
   * topic can use it at once.
   *
   * @param delta what changed
   * @param image the new image
   */
  void onImage(ClusterDelta delta, ClusterImage image);
}
