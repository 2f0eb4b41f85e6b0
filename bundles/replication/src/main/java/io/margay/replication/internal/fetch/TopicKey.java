package io.margay.replication.internal.fetch;

import io.margay.protocol.KafkaUuid;
import io.margay.replication.internal.SeededHash;
import java.util.UUID;

/**
 * How a client names a topic, by name or by id; shared by the topic's partitions in a fetch. Its hash is seeded, because clients
 * choose names and ids, and could otherwise choose many with the same hash.
 */
final class TopicKey {
  private static final int OWN_BYTES = 32;
  private static final int STRING_BYTES = 56;
  private static final int UUID_BYTES = 32;

  private final String name;
  private final UUID id;
  private final int hash;
  /** How many items refer to it; guarded by the lock of their collection. */
  private int items;

  /**
   * @param name empty when the client names the topic by id
   * @param id zero when the client names it by name
   */
  TopicKey(String name, UUID id) {
    boolean named = id.getMostSignificantBits() == 0 && id.getLeastSignificantBits() == 0;
    this.name = name;
    this.id = named ? KafkaUuid.ZERO : id;
    this.hash = (int) (SeededHash.of(name, id) >>> 32);
  }

  String name() {
    return name;
  }

  UUID id() {
    return id;
  }

  /** Counts one more item. @return bytes that the key takes, when it is the first one; else 0 */
  int refer() {
    return items++ == 0 ? sizeBytes() : 0;
  }

  /** Counts one item less. @return bytes that the key took, when it was the last one; else 0 */
  int forget() {
    return --items == 0 ? sizeBytes() : 0;
  }

  private int sizeBytes() {
    return OWN_BYTES + (name.isEmpty() ? 0 : STRING_BYTES + name.length() * 2) + (id == KafkaUuid.ZERO ? 0 : UUID_BYTES);
  }

  /** @return a hash of one of the topic's partitions */
  int hash(int partition) {
    int mixed = hash ^ partition * 0x9E3779B1;
    return mixed ^ mixed >>> 15;
  }

  boolean isSame(TopicKey other) {
    return this == other || hash == other.hash && id.equals(other.id) && name.equals(other.name);
  }

  @Override
  public String toString() {
    return id == KafkaUuid.ZERO ? name : KafkaUuid.toString(id);
  }
}
