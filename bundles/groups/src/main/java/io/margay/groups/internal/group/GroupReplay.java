package io.margay.groups.internal.group;

import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Reads groups of one kind back from their records. Used with the shard held, and by the thread that loads it.
 *
 * @param <G> the kind
 */
public final class GroupReplay<G extends Group> {
  /**
   * One record, read but not applied.
   *
   * @param groupId the group
   * @param timestampMs when it was written, as far as the record says; 0 when it does not
   * @param ends whether it is the end of the group
   * @param removes whether it takes something away, so that it needs no group
   * @param goneMember a member that it ends, or null
   * @param apply applies it to the group; null for its end
   * @param <G> the kind of group
   */
  public record Read<G extends Group>(String groupId, long timestampMs, boolean ends, boolean removes, String goneMember, Consumer<G> apply) { }

  private final GroupTable groups;
  private final Sessions sessions;
  private final Class<G> kind;
  private final BiFunction<String, Long, G> maker;

  /**
   * @param groups the shard's groups
   * @param sessions the timers of their members
   * @param kind of the groups
   * @param maker makes one from its id and the time
   */
  public GroupReplay(GroupTable groups, Sessions sessions, Class<G> kind, BiFunction<String, Long, G> maker) {
    this.groups = groups;
    this.sessions = sessions;
    this.kind = kind;
    this.maker = maker;
  }

  /**
   * Reads the key of a record.
   *
   * @param in what follows the type
   * @param key the empty key
   * @param <T> its class
   * @return the key
   */
  public static <T extends Message> T key(MessageReader in, T key) {
    key.read(in, (short) 0);
    return key;
  }

  /** @param read a record, applied to its group */
  public void replay(Read<G> read) {
    Group known = groups.get(read.groupId());
    if (read.ends()) {
      if (kind.isInstance(known)) {
        sessions.endAll(read.groupId());
        groups.remove(read.groupId());
        groups.ensureIfOffsets(read.groupId(), known.stateSinceMs());
      }
      return;
    }
    if (kind.isInstance(known)) {
      read.apply().accept(kind.cast(known));
      if (read.goneMember() != null) {
        sessions.end(read.groupId(), read.goneMember());
      }
    } else if (!read.removes()) {
      G group = maker.apply(read.groupId(), read.timestampMs());
      read.apply().accept(group);
      groups.put(group);
    }
  }
}
