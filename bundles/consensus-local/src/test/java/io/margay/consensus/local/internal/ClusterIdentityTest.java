package io.margay.consensus.local.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.consensus.ClusterIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterIdentityTest {
  @TempDir
  private Path directory;

  @Test
  void isMadeOnceAndThenKept() throws IOException {
    ClusterIdentity made = ClusterIdentity.loadOrCreate(directory, 0, null);
    assertThat(made.clusterId()).hasSize(22);
    assertThat(ClusterIdentity.loadOrCreate(directory, 0, "")).isEqualTo(made);
    assertThat(ClusterIdentity.loadOrCreate(directory, 0, made.clusterId())).isEqualTo(made);
  }

  @Test
  void takesTheClusterIdThatIsSet() throws IOException {
    String id = "MkU3OEVBNTcwNTJENDM2Qk";
    assertThat(ClusterIdentity.loadOrCreate(directory, 1, id).clusterId()).isEqualTo(id);
    assertThatThrownBy(() -> ClusterIdentity.loadOrCreate(directory, 1, "another"))
        .isInstanceOf(ClusterIdentity.MismatchException.class).hasMessageContaining("MkU3OEVBNTcwNTJENDM2Qk");
  }

  @Test
  void anotherNodeIsRefusedWithWhatToDo() throws IOException {
    LocalConsensus.open(directory, 1, null, LocalMetadataLog.Limits.DEFAULT, (what, cause) -> { }).close();
    List<String> faults = new ArrayList<>();
    assertThatThrownBy(() -> LocalConsensus.open(directory, 2, null, LocalMetadataLog.Limits.DEFAULT, (what, cause) -> faults.add(what)))
        .hasMessageContaining("belong to node 1").hasMessageContaining("Set node.id=1");
    assertThat(faults).singleElement().asString().contains("node.id is 2");
  }

  @Test
  void damagedFileIsRefused() throws IOException {
    Files.writeString(directory.resolve("meta.properties"), "version=1\n");
    assertThatThrownBy(() -> ClusterIdentity.loadOrCreate(directory, 0, null)).isInstanceOf(IOException.class)
        .hasMessageContaining("damaged");
  }
}
