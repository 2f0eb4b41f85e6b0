package io.margay.assignors.internal;

import io.margay.model.TopicPartition;
import io.margay.spi.assignor.Assignor;
import io.margay.spi.assignor.AssignorGroup;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Component;

/**
 * Members get equal numbers of partitions where their subscriptions allow it, and keep what they have unless balance wants it
 * elsewhere.
 *
 * <p>When this bundle is updated, an assignment that is being worked out is finished; who asks while it is away waits, bounded.
 */
@Component(property = Assignor.NAME_PROPERTY + "=" + UniformAssignor.NAME)
public final class UniformAssignor implements Assignor {
  static final String NAME = "uniform";

  @Override
  public Map<String, List<TopicPartition>> assign(AssignorGroup group) {
    UniformAssignment work = new UniformAssignment(group);
    work.keepCurrent();
    work.assignRest();
    work.balance();
    return work.result();
  }
}
