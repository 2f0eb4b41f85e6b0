package io.margay.replication.internal.describe;

import io.margay.model.acl.AclOperation;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.AlterReplicaLogDirsRequest;
import io.margay.protocol.message.AlterReplicaLogDirsRequest.AlterReplicaLogDir;
import io.margay.protocol.message.AlterReplicaLogDirsRequest.AlterReplicaLogDirTopic;
import io.margay.protocol.message.AlterReplicaLogDirsResponse;
import io.margay.protocol.message.AlterReplicaLogDirsResponse.AlterReplicaLogDirPartitionResult;
import io.margay.protocol.message.AlterReplicaLogDirsResponse.AlterReplicaLogDirTopicResult;
import io.margay.replication.internal.LocalReplica;
import io.margay.replication.internal.ReplicaTable;
import io.margay.replication.internal.ReplicationContext;
import io.margay.replication.internal.ServedTopic;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.margay.spi.log.PartitionLog;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves AlterReplicaLogDirs (KIP-113): moves the logs of this broker to other directories. The answer says only that the moves have
 * been accepted; DescribeLogDirs shows a copy as the future log until it has replaced the other one.
 */
@Component(service = ApiHandler.class, immediate = true)
public final class AlterReplicaLogDirsHandler implements ApiHandler {
  private static final Logger LOG = LoggerFactory.getLogger(AlterReplicaLogDirsHandler.class);

  private final ReplicationContext replication;
  private final ReplicaTable table;

  /** @param replication the partitions */
  @Activate
  public AlterReplicaLogDirsHandler(@Reference ReplicationContext replication) {
    this.replication = replication;
    this.table = replication.table();
  }

  @Override
  public Api api() {
    return AlterReplicaLogDirsRequest.API;
  }

  @Override
  public Access access() {
    return Access.cluster(AclOperation.ALTER);
  }

  @Override
  public void handle(Request request) {
    AlterReplicaLogDirsRequest asked = request.read(new AlterReplicaLogDirsRequest());
    if (!replication.reads().run(request, this, () -> request.respond(answer(asked, null)))) {
      request.respond(answer(asked, Errors.REQUEST_TIMED_OUT));
    }
  }

  /** @param error of all partitions; null to move them */
  private AlterReplicaLogDirsResponse answer(AlterReplicaLogDirsRequest asked, Errors error) {
    Map<String, AlterReplicaLogDirTopicResult> results = new LinkedHashMap<>();
    for (AlterReplicaLogDir directory : asked.dirs()) {
      for (AlterReplicaLogDirTopic topic : directory.topics()) {
        AlterReplicaLogDirTopicResult result = results.computeIfAbsent(topic.name(), name -> new AlterReplicaLogDirTopicResult().setTopicName(name));
        for (int partition : topic.partitions()) {
          Errors outcome = error != null ? error : move(topic.name(), partition, directory.path());
          result.partitions().add(new AlterReplicaLogDirPartitionResult().setPartitionIndex(partition).setErrorCode(outcome.code()));
        }
      }
    }
    AlterReplicaLogDirsResponse response = new AlterReplicaLogDirsResponse();
    response.results().addAll(results.values());
    return response;
  }

  private Errors move(String name, int partition, String path) {
    ServedTopic topic = table.topic(name);
    if (topic == null || !topic.has(partition)) {
      return Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }
    LocalReplica replica = topic.replica(partition);
    PartitionLog log = replica == null ? null : replica.log();
    if (log == null) {
      return Errors.REPLICA_NOT_AVAILABLE;
    }
    try {
      replication.logs().moveTo(log.id(), path);
      return Errors.NONE;
    } catch (IllegalArgumentException e) {
      LOG.info("A log cannot be moved partition={} directory={} cause={}", log.id(), path, e.getMessage());
      return Errors.LOG_DIR_NOT_FOUND;
    } catch (IllegalStateException e) {
      return Errors.REPLICA_NOT_AVAILABLE;
    } catch (IOException e) {
      LOG.warn("A log cannot be moved partition={} directory={} cause={}", log.id(), path, e.getMessage());
      return Errors.KAFKA_STORAGE_ERROR;
    }
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return answer(request.read(new AlterReplicaLogDirsRequest()), error);
  }
}
