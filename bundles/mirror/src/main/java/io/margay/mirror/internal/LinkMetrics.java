package io.margay.mirror.internal;

import io.margay.spi.mirror.MirrorLinks.Partition;
import io.margay.spi.mirror.MirrorLinks.Progress;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows a link over JMX while it runs. Safe for all threads. */
final class LinkMetrics implements LinkMXBean, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LinkMetrics.class);

  private final Link link;
  private final Supplier<List<Partition>> partitions;
  private final ObjectName name;

  /** @param partitions those of this broker, with their progress */
  LinkMetrics(Link link, Supplier<List<Partition>> partitions) {
    this.link = link;
    this.partitions = partitions;
    this.name = register();
  }

  private ObjectName register() {
    try {
      ObjectName wanted = new ObjectName("io.margay:type=MirrorLink,name=" + link.config().name());
      ManagementFactory.getPlatformMBeanServer().registerMBean(new StandardMBean(this, LinkMXBean.class, true), wanted);
      return wanted;
    } catch (JMException e) {
      LOG.warn("A link is not shown over JMX link={}", link.config().name(), e);
      return null;
    }
  }

  @Override
  public void close() {
    try {
      if (name != null) {
        ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
      }
    } catch (JMException e) {
      LOG.debug("A link was not shown over JMX link={}", link.config().name(), e);
    }
  }

  private long sum(ToLongFunction<Progress> value) {
    return partitions.get().stream().mapToLong(p -> Math.max(0, value.applyAsLong(p.progress()))).sum();
  }

  private long highest(ToLongFunction<Progress> value, long none) {
    return partitions.get().stream().mapToLong(p -> value.applyAsLong(p.progress())).max().orElse(none);
  }

  private static String text(String problem) {
    return problem == null ? "" : problem;
  }

  @Override
  public String getState() {
    return link.state();
  }

  @Override
  public String getProblem() {
    return text(link.problem());
  }

  @Override
  public long getLagRecords() {
    return sum(Progress::lagRecords);
  }

  @Override
  public long getLagMs() {
    return Math.max(0, highest(Progress::lagMs, 0));
  }

  @Override
  public long getBytesPerSecond() {
    return sum(Progress::bytesPerSecond);
  }

  @Override
  public long getErrors() {
    return sum(Progress::errors);
  }

  @Override
  public long getSkipped() {
    return sum(Progress::skipped);
  }

  @Override
  public long getLastProgressMs() {
    return highest(Progress::lastProgressMs, -1);
  }

  @Override
  public Map<String, PartitionMetrics> getPartitions() {
    Map<String, PartitionMetrics> all = new TreeMap<>();
    partitions.get().forEach(p -> all.put(p.topic() + ":" + p.partition(), new Row(p.state(), text(p.problem()), p.progress())));
    return all;
  }

  private record Row(String state, String problem, Progress progress) implements PartitionMetrics {
    @Override
    public String getState() {
      return state;
    }

    @Override
    public String getProblem() {
      return problem;
    }

    @Override
    public long getOffset() {
      return progress.offset();
    }

    @Override
    public long getSourceOffset() {
      return progress.sourceOffset();
    }

    @Override
    public long getLagRecords() {
      return progress.lagRecords();
    }

    @Override
    public long getLagMs() {
      return progress.lagMs();
    }

    @Override
    public long getBytesPerSecond() {
      return progress.bytesPerSecond();
    }

    @Override
    public long getErrors() {
      return progress.errors();
    }

    @Override
    public long getSkipped() {
      return progress.skipped();
    }

    @Override
    public long getLastProgressMs() {
      return progress.lastProgressMs();
    }
  }
}
