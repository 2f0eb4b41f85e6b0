package io.margay.config.internal;

import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingCheck;
import io.margay.spi.config.SettingType;
import java.util.ArrayList;
import java.util.List;

/**
 * Settings of Kafka's brokers that are known and do nothing here, so that an existing configuration is accepted unchanged. A
 * table rather than constants, because no code reads them by name. A line is {@code TYPE | name | default | documentation}; a star
 * after the type says that Kafka lets it change for the whole cluster while it runs, an at sign for each broker.
 */
final class AcceptedSettings {
  private static final String GENERAL = """
      CLASS | alter.config.policy.class.name | null | A class that may refuse changes of settings.
      INT | alter.log.dirs.replication.quota.window.num | 11 | Samples for the quota of moves between log directories.
      INT | alter.log.dirs.replication.quota.window.size.seconds | 1 | Seconds of each sample for the quota of moves between \
          log directories.
      CLASS | client.quota.callback.class | null | A class that decides on quotas.
      LIST* | config.providers |  | Names of the providers for values that are written as variables.
      LONG | controller.performance.always.log.threshold.ms | 2000 | Milliseconds from which a slow event of the controller is \
          logged.
      LONG | controller.performance.sample.period.ms | 60000 | Milliseconds between two reports of the controller's slowest \
          events.
      INT | controller.quorum.append.linger.ms | 25 | Milliseconds that the metadata leader gathers records before it writes them.
      BOOLEAN | controller.quorum.auto.join.enable | false | Whether a controller joins the metadata quorum by itself.
      INT | controller.quorum.election.backoff.max.ms | 1000 | Longest wait in milliseconds between two elections in the \
          metadata quorum.
      INT | controller.quorum.fetch.max.bytes | 1048576 | Bytes of one fetch within the metadata quorum.
      INT | controller.quorum.fetch.snapshot.max.bytes | 1048576 | Bytes of one fetch of a metadata snapshot.
      INT | controller.quorum.fetch.timeout.ms | 2000 | Milliseconds without a fetch from a majority after which a metadata \
          leader resigns.
      INT | controller.quorum.retry.backoff.ms | 20 | Milliseconds between two attempts of a request within the metadata quorum.
      INT | controller.quota.window.num | 11 | Samples for the quota of topic changes.
      INT | controller.quota.window.size.seconds | 1 | Seconds of each sample for the quota of topic changes.
      INT | controller.socket.timeout.ms | 30000 | Milliseconds that a request to the controller may take.
      LIST@ | cordoned.log.dirs |  | Log directories that take no new partitions.
      CLASS | create.topic.policy.class.name | null | A class that may refuse new topics.
      INT | delete.records.purgatory.purge.interval.requests | 1 | Requests after which finished DeleteRecords are swept.
      LIST | early.start.listeners | null | Listeners that open before the others.
      INT | fetch.purgatory.purge.interval.requests | 1000 | Requests after which finished fetches are swept.
      BOOLEAN* | follower.fetch.last.tiered.offset.enable | false | Whether a new follower starts at the last offset in remote \
          storage.
      LONG | internal.metadata.delete.delay.millis | 60000 | Milliseconds before files of the metadata log are deleted.
      INT | internal.metadata.log.segment.bytes | null | Bytes of a segment of the metadata log, below the usual limit.
      INT | internal.metadata.max.batch.size.in.bytes | 8388608 | Bytes of a batch in the metadata log.
      INT | kafka.metrics.polling.interval.secs | 10 | Seconds between two reports of the oldest kind of metrics.
      LIST | kafka.metrics.reporters |  | Classes that report the oldest kind of metrics.
      DOUBLE* | log.cleaner.io.buffer.load.factor | 0.9 | How full the table of keys may become, 0 to 1.
      INT* | log.cleaner.io.buffer.size | 524288 | Bytes of the buffers that compaction reads and writes through.
      LONG | log.initial.task.delay.ms | 30000 | Milliseconds before the first retention and flush after the start.
      LONG* | log.local.retention.bytes | -2 | Bytes kept locally of topics with remote storage.
      LONG* | log.local.retention.ms | -2 | Milliseconds kept locally of topics with remote storage.
      LONG* | log.remote.copy.lag.bytes | -1 | Bytes that may be kept back from remote storage.
      LONG* | log.remote.copy.lag.ms | 0 | Milliseconds that a segment may be kept back from remote storage.
      INT | metadata.log.segment.bytes | 1073741824 | Bytes of a segment of the metadata log.
      LONG | metadata.log.segment.ms | 604800000 | Milliseconds after which the metadata log begins a new segment.
      INT | metadata.max.idle.interval.ms | 500 | Milliseconds after which an idle metadata leader writes a record.
      LONG | metadata.max.retention.bytes | 104857600 | Bytes of the metadata log that are kept.
      LONG | metadata.max.retention.ms | 604800000 | Milliseconds that the metadata log is kept.
      LIST* | metric.reporters | org.apache.kafka.common.metrics.JmxReporter | Classes that report metrics.
      INT | metrics.num.samples | 2 | Samples that metrics are computed from.
      STRING | metrics.recording.level | INFO | How detailed metrics are.
      LONG | metrics.sample.window.ms | 30000 | Milliseconds of each sample.
      INT | num.replica.alter.log.dirs.threads | null | Threads that move replicas between log directories.
      CLASS@ | principal.builder.class | org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder | A class \
          that determines the principal of a connection.
      INT | producer.purgatory.purge.interval.requests | 1000 | Requests after which finished produces are swept.
      LONG | queued.max.request.bytes | -1 | Bytes of requests that may be queued; margay.request.memory.bytes bounds them here.
      INT | queued.max.requests | 500 | Requests that may be queued; there is no request queue here.
      INT | quota.window.num | 11 | Samples for client quotas.
      INT | quota.window.size.seconds | 1 | Seconds of each sample for client quotas.
      INT | replication.quota.window.num | 11 | Samples for the quota of replication.
      INT | replication.quota.window.size.seconds | 1 | Seconds of each sample for the quota of replication.
      STRING | security.providers | null | Classes of security providers.
      LONG | server.max.startup.time.ms | 9223372036854775807 | Milliseconds that the start may take.
      LONG | socket.connection.setup.timeout.max.ms | 30000 | Longest time in milliseconds to open a connection to another node.
      LONG | socket.connection.setup.timeout.ms | 10000 | Initial time in milliseconds to open a connection to another node.
      INT | telemetry.max.bytes | 1048576 | Bytes of metrics that a client may push at a time.
      LONG | unclean.leader.election.interval.ms | 300000 | Milliseconds between two checks for partitions without a leader.
      BOOLEAN | unstable.api.versions.enable | false | Whether unfinished versions of requests are served.
      BOOLEAN | unstable.feature.versions.enable | false | Whether unfinished features may be enabled.
      """;

  private static final String GROUPS = """
      INT | group.coordinator.append.linger.ms | -1 | Milliseconds that a group coordinator gathers records; -1 adapts to the \
          load.
      INT | group.coordinator.background.threads | 2 | Threads for a group coordinator's long computations.
      INT* | group.coordinator.cached.buffer.max.bytes | 1048588 | Bytes of a buffer that a group coordinator keeps for its \
          next write.
      BOOLEAN* | group.share.assignor.offload.enable | true | Whether assignments of share groups are computed on a separate \
          thread.
      STRING | group.share.dlq.manager.class.name | org.apache.kafka.server.share.dlq.DefaultShareGroupDLQManager | The class \
          that writes to dead letter topics.
      INT | group.share.initialize.retry.interval.ms | 30000 | Milliseconds between two attempts to initialize a share group's state.
      STRING | group.share.persister.class.name | org.apache.kafka.server.share.persister.DefaultStatePersister | The class \
          that stores the state of share groups.
      BOOLEAN* | group.streams.assignor.offload.enable | true | Whether assignments of streams groups are computed on a \
          separate thread.
      CLASS | group.streams.topology.description.plugin.class | null | A class that stores descriptions of topologies.
      INT | share.coordinator.append.linger.ms | -1 | Milliseconds that a share coordinator gathers records; -1 adapts to the \
          load.
      INT* | share.coordinator.cached.buffer.max.bytes | 1048588 | Bytes of a buffer that a share coordinator keeps for its \
          next write.
      INT | share.fetch.purgatory.purge.interval.requests | 1000 | Requests after which finished share fetches are swept.
      """;

  private static final String SECURITY = """
      CLASS | sasl.client.callback.handler.class | null | A class that gives a SASL client its credentials.
      STRING@ | sasl.kerberos.kinit.cmd | /usr/bin/kinit | The kinit command.
      LONG@ | sasl.kerberos.min.time.before.relogin | 60000 | Milliseconds between two Kerberos logins.
      DOUBLE@ | sasl.kerberos.ticket.renew.jitter | 0.05 | Random part of the wait for a new Kerberos ticket.
      DOUBLE@ | sasl.kerberos.ticket.renew.window.factor | 0.8 | Part of a Kerberos ticket's life after which it is renewed.
      CLASS | sasl.login.callback.handler.class | null | A class that does a SASL login.
      CLASS | sasl.login.class | null | A class that keeps a SASL login.
      INT | sasl.login.connect.timeout.ms | null | Milliseconds to connect to a login provider.
      INT | sasl.login.read.timeout.ms | null | Milliseconds to read from a login provider.
      SHORT@ | sasl.login.refresh.buffer.seconds | 300 | Seconds before a token expires within which it is not refreshed.
      SHORT@ | sasl.login.refresh.min.period.seconds | 60 | Seconds between two refreshes of a token.
      DOUBLE@ | sasl.login.refresh.window.factor | 0.8 | Part of a token's life after which it is refreshed.
      DOUBLE@ | sasl.login.refresh.window.jitter | 0.05 | Random part of that time.
      LONG | sasl.login.retry.backoff.max.ms | 10000 | Longest wait in milliseconds between two login attempts.
      LONG | sasl.login.retry.backoff.ms | 100 | Initial wait in milliseconds between two login attempts.
      STRING | sasl.mechanism.controller.protocol | GSSAPI | The SASL mechanism of connections to controllers.
      STRING | sasl.oauthbearer.assertion.algorithm | RS256 | How an assertion is signed.
      STRING | sasl.oauthbearer.assertion.claim.aud | null | Audience in an assertion.
      INT | sasl.oauthbearer.assertion.claim.exp.seconds | 300 | Seconds that an assertion is valid.
      STRING | sasl.oauthbearer.assertion.claim.iss | null | Issuer in an assertion.
      BOOLEAN | sasl.oauthbearer.assertion.claim.jti.include | false | Whether an assertion has a number of its own.
      INT | sasl.oauthbearer.assertion.claim.nbf.seconds | 60 | Seconds before now from which an assertion is valid.
      STRING | sasl.oauthbearer.assertion.claim.sub | null | Subject in an assertion.
      STRING | sasl.oauthbearer.assertion.file | null | A file with a ready assertion.
      STRING | sasl.oauthbearer.assertion.private.key.file | null | The key that assertions are signed with.
      PASSWORD | sasl.oauthbearer.assertion.private.key.passphrase | null | The password of that key.
      STRING | sasl.oauthbearer.assertion.template.file | null | A file with fixed parts of assertions.
      STRING | sasl.oauthbearer.client.credentials.client.id | null | The client's id at the token provider.
      PASSWORD | sasl.oauthbearer.client.credentials.client.secret | null | The client's secret at the token provider.
      CLASS | sasl.oauthbearer.jwt.retriever.class | org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever | A class \
          that gets tokens.
      CLASS | sasl.oauthbearer.jwt.validator.class | org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator | A class \
          that checks tokens.
      STRING | sasl.oauthbearer.scope | null | Scope that is requested from the token provider.
      CLASS | sasl.server.callback.handler.class | null | A class that checks a SASL client's credentials.
      BOOLEAN | ssl.allow.dn.changes | false | Whether a new certificate may have another name.
      BOOLEAN | ssl.allow.san.changes | false | Whether a new certificate may have other alternative names.
      CLASS@ | ssl.engine.factory.class | null | A class that makes TLS engines.
      STRING@ | ssl.keymanager.algorithm | SunX509 | The algorithm of the key manager.
      STRING@ | ssl.protocol | TLSv1.3 | The newest version of TLS.
      STRING@ | ssl.provider | null | The security provider of TLS.
      STRING@ | ssl.secure.random.implementation | null | The source of random numbers of TLS.
      STRING@ | ssl.trustmanager.algorithm | PKIX | The algorithm of the trust manager.
      """;

  private static final String REMOTE = """
      INT* | remote.fetch.max.wait.ms | 500 | Milliseconds that a fetch waits for remote storage.
      LONG* | remote.list.offsets.request.timeout.ms | 30000 | Milliseconds that a lookup by time waits for remote storage.
      LONG* | remote.log.index.file.cache.total.size.bytes | 1073741824 | Bytes of remote indexes that are kept locally.
      LONG | remote.log.index.file.cache.ttl.ms | 900000 | Milliseconds that remote indexes are kept locally.
      INT* | remote.log.manager.copier.thread.pool.size | 10 | Threads that copy to remote storage.
      LONG* | remote.log.manager.copy.max.bytes.per.second | 9223372036854775807 | Bytes a second that are copied to remote \
          storage.
      INT | remote.log.manager.copy.quota.window.num | 11 | Samples for the quota of copies to remote storage.
      INT | remote.log.manager.copy.quota.window.size.seconds | 1 | Seconds of each sample for the quota of copies to remote \
          storage.
      INT* | remote.log.manager.expiration.thread.pool.size | 10 | Threads that delete from remote storage.
      LONG* | remote.log.manager.fetch.max.bytes.per.second | 9223372036854775807 | Bytes a second that are read from remote \
          storage.
      INT | remote.log.manager.fetch.quota.window.num | 11 | Samples for the quota of remote reads.
      INT | remote.log.manager.fetch.quota.window.size.seconds | 1 | Seconds of each sample for the quota of remote reads.
      INT* | remote.log.manager.follower.thread.pool.size | 2 | Threads that follow what the leader copied to remote storage.
      LONG | remote.log.manager.task.interval.ms | 30000 | Milliseconds between two runs of the remote storage tasks.
      LONG | remote.log.manager.task.retry.backoff.max.ms | 30000 | Longest wait in milliseconds before a remote storage task \
          is tried again.
      LONG | remote.log.manager.task.retry.backoff.ms | 500 | Initial wait in milliseconds before a remote storage task is tried \
          again.
      DOUBLE | remote.log.manager.task.retry.jitter | 0.2 | Random part of that wait.
      INT | remote.log.manager.thread.pool.size | 2 | Threads of the remote storage tasks.
      INT | remote.log.metadata.custom.metadata.max.bytes | 128 | Bytes of a plug-in's own data about a remote segment.
      STRING | remote.log.metadata.manager.class.name \
          | org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager \
          | The class that keeps track of remote segments.
      STRING | remote.log.metadata.manager.class.path | null | Where that class is.
      STRING | remote.log.metadata.manager.impl.prefix | rlmm.config. | What the settings of that class begin with.
      STRING | remote.log.metadata.manager.listener.name | null | The listener through which that class reaches the broker.
      INT | remote.log.reader.max.pending.tasks | 100 | Remote reads that may wait.
      INT* | remote.log.reader.threads | 10 | Threads that read from remote storage.
      STRING | remote.log.storage.manager.class.name | null | The class that stores remote segments.
      STRING | remote.log.storage.manager.class.path | null | Where that class is.
      STRING | remote.log.storage.manager.impl.prefix | rsm.config. | What the settings of that class begin with.
      BOOLEAN | remote.log.storage.system.enable | false | Whether there is remote storage.
      """;

  private AcceptedSettings() { }

  /** The settings of the current version of Kafka. */
  static List<Setting<?>> all() {
    return read(List.of(GENERAL, GROUPS, SECURITY, REMOTE));
  }

  /** The settings of earlier versions, and those that Kafka defines outside its broker's configuration. */
  static List<Setting<?>> former() {
    return read(List.of(FormerSettings.TABLE));
  }

  private static List<Setting<?>> read(List<String> tables) {
    List<Setting<?>> all = new ArrayList<>();
    for (String table : tables) {
      for (String line : table.split("\n")) {
        all.add(definition(line));
      }
    }
    return all;
  }

  private static Setting<?> definition(String line) {
    String[] cells = line.split("\\|", -1);
    String name = cells[1].trim();
    String type = cells[0].trim();
    char mode = type.charAt(type.length() - 1);
    boolean dynamic = mode == '*' || mode == '@';
    String documentation = cells[3].trim().replaceAll(" +", " ");
    Setting.Update update = mode == '*' ? Setting.Update.CLUSTER_WIDE : mode == '@' ? Setting.Update.PER_BROKER
        : Setting.Update.AT_START;
    return define(type(dynamic ? type.substring(0, type.length() - 1) : type), name, cells[2].trim(), update, documentation);
  }

  private static <T> Setting<T> define(SettingType<T> type, String name, String defaultText, Setting.Update update,
      String documentation) {
    T defaultValue = defaultText.equals("null") ? null : type.parse(defaultText);
    return new Setting<>(name, type, defaultValue, SettingCheck.ANY, Setting.Scope.BROKER, update, false, List.of(), documentation);
  }

  private static SettingType<?> type(String word) {
    return switch (word) {
      case "BOOLEAN" -> SettingType.BOOLEAN;
      case "STRING" -> SettingType.STRING;
      case "INT" -> SettingType.INT;
      case "SHORT" -> SettingType.SHORT;
      case "LONG" -> SettingType.LONG;
      case "DOUBLE" -> SettingType.DOUBLE;
      case "LIST" -> SettingType.LIST;
      case "CLASS" -> SettingType.CLASS;
      case "PASSWORD" -> SettingType.PASSWORD;
      default -> throw new IllegalStateException("no type of settings: " + word);
    };
  }
}
