package io.margay.config.internal;

/**
 * Settings that Kafka keeps outside its broker's definition, and those of Kafka 2 and 3 that its version 4 dropped and people
 * still have in their files. They are known and do nothing here.
 */
final class FormerSettings {
  /** In the form that {@link AcceptedSettings} reads. */
  static final String TABLE = """
      LONG* | leader.replication.throttled.rate | 9223372036854775807 | Bytes a second that throttled leaders send.
      LONG* | follower.replication.throttled.rate | 9223372036854775807 | Bytes a second that throttled followers fetch.
      LONG* | replica.alter.log.dirs.io.max.bytes.per.second | 9223372036854775807 | Bytes a second that replicas move.
      STRING | zookeeper.connect | null | Where ZooKeeper was. Metadata needs none here.
      INT | zookeeper.connection.timeout.ms | null | Milliseconds to connect to ZooKeeper.
      INT | zookeeper.session.timeout.ms | 18000 | Milliseconds of a ZooKeeper session.
      INT | zookeeper.sync.time.ms | 2000 | Milliseconds that a ZooKeeper follower could be behind.
      INT | zookeeper.max.in.flight.requests | 10 | Requests to ZooKeeper at a time.
      BOOLEAN | zookeeper.set.acl | false | Whether ZooKeeper nodes were protected.
      BOOLEAN | zookeeper.metadata.migration.enable | false | Whether metadata moved from ZooKeeper.
      LIST | zookeeper.ssl.cipher.suites | null | Cipher suites with ZooKeeper.
      BOOLEAN | zookeeper.ssl.client.enable | false | Whether TLS was used with ZooKeeper.
      BOOLEAN | zookeeper.ssl.crl.enable | false | Whether revocation lists were used with ZooKeeper.
      LIST | zookeeper.ssl.enabled.protocols | null | Versions of TLS with ZooKeeper.
      STRING | zookeeper.ssl.endpoint.identification.algorithm | HTTPS | How ZooKeeper's name was checked.
      STRING | zookeeper.ssl.keystore.location | null | The key store for ZooKeeper.
      PASSWORD | zookeeper.ssl.keystore.password | null | Its password.
      STRING | zookeeper.ssl.keystore.type | null | Its form.
      BOOLEAN | zookeeper.ssl.ocsp.enable | false | Whether OCSP was used with ZooKeeper.
      STRING | zookeeper.ssl.protocol | TLSv1.2 | The version of TLS with ZooKeeper.
      STRING | zookeeper.ssl.truststore.location | null | The trust store for ZooKeeper.
      PASSWORD | zookeeper.ssl.truststore.password | null | Its password.
      STRING | zookeeper.ssl.truststore.type | null | Its form.
      STRING | zookeeper.clientCnxnSocket | null | A class of ZooKeeper's client.
      STRING | host.name | | The host to listen on, before listeners.
      INT | port | 9092 | The port to listen on, before listeners.
      STRING | advertised.host.name | null | The host that clients were told, before advertised.listeners.
      INT | advertised.port | null | The port that clients were told, before advertised.listeners.
      BOOLEAN | broker.id.generation.enable | true | Whether a broker without an id was given one.
      INT | reserved.broker.max.id | 1000 | The highest broker id that was not given away.
      STRING | inter.broker.protocol.version | null | The oldest version that brokers talked to each other in.
      STRING | log.message.format.version | null | The oldest version that records were stored in.
      LONG | log.message.timestamp.difference.max.ms | 9223372036854775807 | How far a timestamp could be off, in both directions.
      BOOLEAN | log.message.downconversion.enable | true | Whether records were turned into old forms for old clients.
      INT | controlled.shutdown.max.retries | 3 | Tries to hand leaderships over.
      LONG | controlled.shutdown.retry.backoff.ms | 5000 | Milliseconds between them.
      SHORT | offsets.commit.required.acks | -1 | Acknowledgements that a commit waited for.
      LONG | quota.producer.default | 9223372036854775807 | Bytes a second of each producer.
      LONG | quota.consumer.default | 9223372036854775807 | Bytes a second of each consumer.
      PASSWORD | delegation.token.master.key | null | The older name of delegation.token.secret.key.
      STRING | password.encoder.cipher.algorithm | AES/CBC/PKCS5Padding | How secrets were stored in ZooKeeper.
      INT | password.encoder.iterations | 4096 | Rounds of that.
      INT | password.encoder.key.length | 128 | Bits of its key.
      STRING | password.encoder.keyfactory.algorithm | null | How its key was made.
      PASSWORD | password.encoder.old.secret | null | Its secret before.
      PASSWORD | password.encoder.secret | null | Its secret.
      STRING | control.plane.listener.name | null | The listener for requests of the controller.
      INT | leader.imbalance.per.broker.percentage | 10 | Percent of misplaced leaders that a broker could have.
      INT | transaction.state.log.cleanup.interval.ms | 600000 | Milliseconds between two looks at the transaction log.
      BOOLEAN | group.coordinator.new.enable | null | Whether the newer group coordinator ran.
      BOOLEAN | group.consumer.enable | null | Whether consumer groups were served.
      BOOLEAN | group.share.enable | false | Whether share groups were served.
      INT | group.share.max.groups | 10 | Share groups at the most.
      """;

  private FormerSettings() { }
}
