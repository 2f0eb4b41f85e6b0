package io.margay.mirror.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.config.FakeSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.mirror.MirrorLinks.Partition;
import io.margay.spi.mirror.MirrorLinks.Progress;
import io.margay.spi.time.ManualTime;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import org.junit.jupiter.api.Test;

class LinkMetricsTest {
  @Test
  void partitionsAndTheirSumsAreShown() throws Exception {
    ManualTime time = new ManualTime();
    Link link = new Link(LinkConfig.of("west", Map.of("bootstrap.servers", "a:1", "topics", "orders")), "cluster", new MirrorContext(null,
        new FakeSettings(), null, null, new LinkLoop.Ports(time, time, () -> null), Map.of(), new NamedServices<>("partitioner", 0)));
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ObjectName name = new ObjectName("io.margay:type=MirrorLink,name=west");
    try (LinkMetrics metrics = new LinkMetrics(link, () -> List.of(
        new Partition("orders", 0, -1, "mirroring", null, new Progress(90, 100, 250, 5_000, 1_000, 1, 2)),
        new Partition("orders", 1, -1, "waiting", "no leader", new Progress(10, -1, -1, -1, 500, 3, 0))))) {
      assertThat(server.getAttribute(name, "LagRecords")).isEqualTo(10L);
      assertThat(server.getAttribute(name, "LagMs")).isEqualTo(250L);
      assertThat(server.getAttribute(name, "BytesPerSecond")).isEqualTo(1_500L);
      assertThat(server.getAttribute(name, "Errors")).isEqualTo(4L);
      assertThat(server.getAttribute(name, "LastProgressMs")).isEqualTo(5_000L);
      assertThat(server.getAttribute(name, "State")).isEqualTo("waiting");
      CompositeData row = (CompositeData) ((TabularData) server.getAttribute(name, "Partitions")).get(new Object[] {"orders:1"}).get("value");
      assertThat(row.get("state")).isEqualTo("waiting");
      assertThat(row.get("problem")).isEqualTo("no leader");
      assertThat(row.get("lagRecords")).isEqualTo(-1L);
    }
    assertThat(server.isRegistered(name)).isFalse();
  }
}
