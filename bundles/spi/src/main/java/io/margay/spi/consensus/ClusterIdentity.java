package io.margay.spi.consensus;

import io.margay.model.DurableFiles;
import io.margay.protocol.KafkaUuid;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * Identifies this node: written once, at its first start, and never changed. It keeps another node or cluster from serving
 * these data. The file has the form of Kafka's {@code meta.properties}.
 *
 * @param clusterId the cluster's id, 22 characters
 * @param nodeId this node's id
 */
public record ClusterIdentity(String clusterId, int nodeId) {
  private static final String FILE = "meta.properties";

  /** The data belong to another node or cluster. The message says what to do. */
  public static final class MismatchException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /** @param message what contradicts what, and what to do */
    public MismatchException(String message) {
      super(message);
    }
  }

  /**
   * @param directory where the metadata log is
   * @return whether an identity is stored there
   */
  public static boolean exists(Path directory) {
    return Files.exists(directory.resolve(FILE));
  }

  /**
   * Reads the identity, or makes one at the first start.
   *
   * @param directory where the file is; exists
   * @param nodeId this node's id, from the settings
   * @param wantedClusterId the cluster's id from the settings; null or empty when it is not set
   * @return who this node is
   * @throws MismatchException when the file contradicts the settings
   * @throws IOException when the file is damaged, or cannot be read or written
   */
  public static ClusterIdentity loadOrCreate(Path directory, int nodeId, String wantedClusterId) throws IOException {
    boolean wanted = wantedClusterId != null && !wantedClusterId.isBlank();
    Path file = directory.resolve(FILE);
    if (Files.exists(file)) {
      ClusterIdentity stored = read(file);
      if (stored.nodeId != nodeId) {
        throw new MismatchException("The data in " + directory + " belong to node " + stored.nodeId + ", but node.id is " + nodeId
            + ". Set node.id=" + stored.nodeId + ", or choose another data directory.");
      }
      if (wanted && !stored.clusterId.equals(wantedClusterId)) {
        throw new MismatchException("The data in " + directory + " belong to cluster " + stored.clusterId + ", but the cluster id"
            + " that is set is " + wantedClusterId + ". Remove that setting, or choose another data directory.");
      }
      return stored;
    }
    ClusterIdentity identity = new ClusterIdentity(wanted ? wantedClusterId : KafkaUuid.toString(KafkaUuid.random()), nodeId);
    String text = "version=1\ncluster.id=" + identity.clusterId + "\nnode.id=" + nodeId + "\n";
    DurableFiles.replace(file, true, StandardCharsets.UTF_8.encode(text));
    return identity;
  }

  private static ClusterIdentity read(Path file) throws IOException {
    Properties properties = new Properties();
    properties.load(new StringReader(Files.readString(file)));
    String version = properties.getProperty("version");
    String clusterId = properties.getProperty("cluster.id");
    String node = properties.getProperty("node.id");
    if (!"1".equals(version) || clusterId == null || node == null || !node.matches("\\d{1,9}")) {
      throw new IOException("The identity file " + file + " is damaged: expected version=1, cluster.id and node.id");
    }
    return new ClusterIdentity(clusterId, Integer.parseInt(node));
  }
}
