package io.margay.groups.internal.consumer;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.classic.ClassicGroup;
import io.margay.groups.internal.group.Group;
import io.margay.protocol.Errors;
import java.util.List;

/** Takes groups from one protocol to the other. */
final class Migration {
  private final ConsumerConfig config;

  Migration(ConsumerConfig config) {
    this.config = config;
  }

  ConsumerGroup upgrade(Group group, List<CoordinatorRecord> records, long nowMs) {
    if (group instanceof ClassicGroup classic && classic.mayBeForgotten()) {
      if (classic.hasRecord()) {
        records.addAll(classic.tombstones());
      }
      return new ConsumerGroup(group.id(), nowMs);
    }
    throw new CoordinatorException(Errors.GROUP_ID_NOT_FOUND, "Group " + group.id() + " is not a consumer group.");
  }
}
