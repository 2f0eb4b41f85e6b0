package io.margay.itests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Clients;
import io.margay.itests.GroupWorker;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The coordinator of a consumer group is killed: another broker reads the group from the log, and its members go on in their epoch. */
@Secured
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GroupFailoverIT {
  private static final String NAME = "failover-group";
  private static final int PARTITIONS = 4;
  private int produced;

  @Test
  void membersGoOnWhenTheirCoordinatorIsKilled() throws Exception {
    GroupWorker.Seen seen = new GroupWorker.Seen();
    try (Nodes nodes = Nodes.started(3, Map.of("KAFKA_BROKER_SESSION_TIMEOUT_MS", "2000", "KAFKA_BROKER_HEARTBEAT_INTERVAL_MS", "500",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "3", "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS", "3"));
        ClusterView view = new ClusterView(nodes); Admin admin = Admin.create(Clients.of(nodes.bootstrap()))) {
      view.awaitAllBrokers();
      view.create(new NewTopic(NAME, PARTITIONS, (short) 3));
      view.awaitInSync(NAME, PARTITIONS);
      try (GroupWorker a = GroupWorker.of(nodes.bootstrap(), NAME, "consumer", seen, NAME, Map.of());
          GroupWorker b = GroupWorker.of(nodes.bootstrap(), NAME, "consumer", seen, NAME, Map.of())) {
        view.await("balance", () -> isBalanced(a, b));
        produce(nodes.bootstrap());
        view.await("all records", () -> seen.values.size() == produced);
        int epoch = describe(admin).groupEpoch().orElseThrow();
        int coordinator = describe(admin).coordinator().id();
        nodes.node(coordinator).kill();
        produce(nodes.bootstrap());
        view.await("all records after the kill", () -> seen.values.size() == produced);
        assertThat(isBalanced(a, b)).isTrue();
        assertThat(describe(admin).coordinator().id()).isNotEqualTo(coordinator);
        assertThat(describe(admin).groupEpoch().orElseThrow()).as("without a rebalance").isEqualTo(epoch);
        nodes.node(coordinator).start();
        produce(nodes.bootstrap());
        view.await("all records after the start", () -> seen.values.size() == produced);
        assertThat(a.losses() + b.losses()).isZero();
      }
    }
    assertThat(seen.errors).isEmpty();
  }

  private static boolean isBalanced(GroupWorker a, GroupWorker b) {
    Set<String> all = new HashSet<>(a.assigned());
    all.addAll(b.assigned());
    return all.size() == PARTITIONS && a.assigned().size() == b.assigned().size();
  }

  private static ConsumerGroupDescription describe(Admin admin) throws Exception {
    return admin.describeConsumerGroups(List.of(NAME)).all().get().get(NAME);
  }

  private void produce(String bootstrap) {
    try (var producer = new KafkaProducer<>(Clients.of(bootstrap), new StringSerializer(),
        new StringSerializer())) {
      for (int i = 0; i < 400; i++, produced++) {
        producer.send(new ProducerRecord<>(NAME, produced % PARTITIONS, null, "value " + produced));
      }
    }
  }
}
