package io.margay.shares.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.shares.internal.fetch.SharePart;
import io.margay.shares.internal.fetch.ShareSession;
import io.margay.shares.internal.fetch.ShareSessions;
import io.margay.shares.internal.leader.SharePartitions;
import io.margay.shares.internal.partition.SharePartition;
import io.margay.shares.internal.state.StateKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandOverTest {
  private static final UUID T = new UUID(1, 2);

  @TempDir
  private Path folder;

  private final List<ShareSessions.Kept> sessions = List.of(new ShareSessions.Kept(new ShareSession.Key("g", "m"), 7, List.of(new SharePart(T, 3))));
  private final Map<StateKey, SharePartitions.Kept> partitions = Map.of(new StateKey("g", T, 3),
      new SharePartitions.Kept(5, List.of(new SharePartition.Lock(10, 19, "m", 900, (short) 2)), 0));

  @Test
  void theNextVersionGetsEverythingOnce() {
    HandOver handOver = new HandOver(folder.resolve("handover"));
    handOver.write(sessions, partitions, 1_000);
    HandOver.Content content = handOver.take(1_400, 50_000);
    assertThat(content.sessions()).isEqualTo(sessions);
    assertThat(content.partitions().get(new StateKey("g", T, 3))).isEqualTo(
        new SharePartitions.Kept(5, List.of(new SharePartition.Lock(10, 19, "m", 900, (short) 2)), 49_600));
    assertThat(handOver.take(1_400, 50_000).sessions()).isEmpty();
  }

  @Test
  void withoutAFileOrWithADamagedOneThereIsNothing() throws IOException {
    HandOver handOver = new HandOver(folder.resolve("handover"));
    assertThat(handOver.take(0, 0).sessions()).isEmpty();
    Files.write(folder.resolve("handover"), new byte[] {0, 0, 0, 1, 0, 0});
    assertThat(handOver.take(0, 0).sessions()).isEmpty();
    assertThat(folder.resolve("handover")).doesNotExist();
    Files.write(folder.resolve("handover"), new byte[] {0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 127, 127, 127, 127});
    assertThat(handOver.take(0, 0).sessions()).isEmpty();
  }
}
