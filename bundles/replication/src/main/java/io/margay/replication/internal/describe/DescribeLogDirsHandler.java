package io.margay.replication.internal.describe;

import io.margay.model.acl.AclOperation;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeLogDirsRequest;
import io.margay.protocol.message.DescribeLogDirsRequest.DescribableLogDirTopic;
import io.margay.protocol.message.DescribeLogDirsResponse;
import io.margay.protocol.message.DescribeLogDirsResponse.DescribeLogDirsPartition;
import io.margay.protocol.message.DescribeLogDirsResponse.DescribeLogDirsResult;
import io.margay.protocol.message.DescribeLogDirsResponse.DescribeLogDirsTopic;
import io.margay.replication.internal.LocalReplica;
import io.margay.replication.internal.PartitionFollower;
import io.margay.replication.internal.ReplicaTable;
import io.margay.replication.internal.ReplicationContext;
import io.margay.replication.internal.ServedTopic;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.margay.spi.log.Logs;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StorageSettings;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Serves DescribeLogDirs: the places of all storage engines, with the logs in them and their sizes. */
@Component(service = ApiHandler.class, immediate = true)
public final class DescribeLogDirsHandler implements ApiHandler {
  private static final short FIRST_WITH_ERROR = 3;

  private final ReplicationContext replication;
  private final ReplicaTable table;

  /** @param replication the partitions */
  @Activate
  public DescribeLogDirsHandler(@Reference ReplicationContext replication) {
    this.replication = replication;
    this.table = replication.table();
  }

  @Override
  public Api api() {
    return DescribeLogDirsRequest.API;
  }

  @Override
  public Access access() {
    return Access.cluster(AclOperation.DESCRIBE);
  }

  @Override
  public void handle(Request request) {
    DescribeLogDirsRequest asked = request.read(new DescribeLogDirsRequest());
    if (!replication.reads().run(request, this, () -> request.respond(answer(asked)))) {
      request.respond(errorResponse(request, Errors.REQUEST_TIMED_OUT));
    }
  }

  private DescribeLogDirsResponse answer(DescribeLogDirsRequest asked) {
    Map<String, Map<String, DescribeLogDirsTopic>> byPlace = new HashMap<>();
    wanted(asked).forEach((topic, partitions) -> partitions.stream().forEach(i -> add(topic.name(), topic.replica(i), byPlace)));
    Map<String, DescribeLogDirsResult> results = new LinkedHashMap<>();
    List<StorageEngine.Place> places = new ArrayList<>(replication.logs().places());
    places.sort(Comparator.comparingInt(place -> order(place.path())));
    for (StorageEngine.Place place : places) {
      DescribeLogDirsResult result = new DescribeLogDirsResult().setLogDir(place.path()).setTotalBytes(place.totalBytes())
          .setUsableBytes(place.usableBytes());
      if (place.offlineCause() != null) {
        result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
      } else {
        result.topics().addAll(byPlace.getOrDefault(place.path(), Map.of()).values());
      }
      results.put(place.path(), result);
    }
    DescribeLogDirsResponse response = new DescribeLogDirsResponse();
    response.results().addAll(results.values());
    return response;
  }

  /** Directories of log.dirs come first, in their order: tools use the first one as the default. */
  private int order(String path) {
    List<String> directories = replication.settings().get(StorageSettings.LOG_DIRS);
    int index = directories == null ? -1 : directories.indexOf(path);
    return index < 0 ? Integer.MAX_VALUE : index;
  }

  /** By topic. Takes as much memory as the existing topics need, whatever is asked for, and however often. */
  private Map<ServedTopic, BitSet> wanted(DescribeLogDirsRequest asked) {
    Map<ServedTopic, BitSet> wanted = new IdentityHashMap<>();
    if (asked.topics() == null) {
      table.topics().forEach(topic -> {
        BitSet all = new BitSet(topic.partitions());
        all.set(0, topic.partitions());
        wanted.put(topic, all);
      });
      return wanted;
    }
    for (DescribableLogDirTopic name : asked.topics()) {
      ServedTopic topic = table.topic(name.topic());
      if (topic != null) {
        BitSet some = wanted.computeIfAbsent(topic, key -> new BitSet(key.partitions()));
        name.partitions().stream().filter(topic::has).forEach(some::set);
      }
    }
    return wanted;
  }

  private void add(String name, LocalReplica replica, Map<String, Map<String, DescribeLogDirsTopic>> byPlace) {
    PartitionLog log = replica == null ? null : replica.log();
    String place = log == null ? null : replication.logs().placeOf(log.id());
    if (place == null) {
      return;
    }
    PartitionFollower follower = replica.follower();
    long lag = follower == null ? 0 : follower.lag();
    rows(byPlace, place, name).add(new DescribeLogDirsPartition().setPartitionIndex(log.id().partition())
        .setPartitionSize(log.sizeBytes()).setOffsetLag(lag));
    Logs.LogCopy copy = replication.logs().copyOf(log.id());
    if (copy != null) {
      long behind = Math.max(0, log.logEndOffset() - Math.max(copy.endOffset(), log.logStartOffset()));
      rows(byPlace, copy.place(), name).add(new DescribeLogDirsPartition().setPartitionIndex(log.id().partition())
          .setPartitionSize(copy.sizeBytes()).setOffsetLag(behind).setIsFutureKey(true));
    }
  }

  private static List<DescribeLogDirsPartition> rows(Map<String, Map<String, DescribeLogDirsTopic>> byPlace, String place, String name) {
    return byPlace.computeIfAbsent(place, path -> new TreeMap<>())
        .computeIfAbsent(name, topic -> new DescribeLogDirsTopic().setName(topic)).partitions();
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return request.version() < FIRST_WITH_ERROR ? null : new DescribeLogDirsResponse().setErrorCode(error.code());
  }
}
