package io.margay.config.internal;

/**
 * Settings that Kafka defines outside its broker's configuration, and settings of Kafka 2 and 3 that version 4 removed but that
 * many files still have. They are known and do nothing here.
 */
final class FormerSettings {
  /** In the form that {@link AcceptedSettings} reads. */
  static final String TABLE = """
      STRING | zookeeper.connect | null | Address of ZooKeeper. The metadata needs no ZooKeeper here.
      INT | zookeeper.connection.timeout.ms | null | Milliseconds to connect to ZooKeeper.
      INT | zookeeper.session.timeout.ms | 18000 | Milliseconds of a ZooKeeper session.
      INT | zookeeper.sync.time.ms | 2000 | Milliseconds that a ZooKeeper follower could be behind.
      INT | zookeeper.max.in.flight.requests | 10 | Requests that may be sent to ZooKeeper at a time.
      BOOLEAN | zookeeper.set.acl | false | Whether ZooKeeper nodes were protected.
      BOOLEAN | zookeeper.metadata.migration.enable | false | Whether metadata was migrated from ZooKeeper.
      LIST | zookeeper.ssl.cipher.suites | null | Cipher suites with ZooKeeper.
      BOOLEAN | zookeeper.ssl.client.enable | false | Whether TLS was used with ZooKeeper.
      BOOLEAN | zookeeper.ssl.crl.enable | false | Whether revocation lists were used with ZooKeeper.
      LIST | zookeeper.ssl.enabled.protocols | null | Versions of TLS with ZooKeeper.
      STRING | zookeeper.ssl.endpoint.identification.algorithm | HTTPS | How ZooKeeper's name was checked.
      STRING | zookeeper.ssl.keystore.location | null | The key store for ZooKeeper.
      PASSWORD | zookeeper.ssl.keystore.password | null | Password of that key store.
      STRING | zookeeper.ssl.keystore.type | null | Format of that key store.
      BOOLEAN | zookeeper.ssl.ocsp.enable | false | Whether OCSP was used with ZooKeeper.
      STRING | zookeeper.ssl.protocol | TLSv1.2 | The version of TLS with ZooKeeper.
      STRING | zookeeper.ssl.truststore.location | null | The trust store for ZooKeeper.
      PASSWORD | zookeeper.ssl.truststore.password | null | Password of that trust store.
      STRING | zookeeper.ssl.truststore.type | null | Format of that trust store.
      STRING | zookeeper.clientCnxnSocket | null | A class of ZooKeeper's client.
      STRING | host.name | | The host to listen on; replaced by listeners.
      INT | port | 9092 | The port to listen on; replaced by listeners.
      STRING | advertised.host.name | null | The host that clients connected to; replaced by advertised.listeners.
      INT | advertised.port | null | The port that clients connected to; replaced by advertised.listeners.
      BOOLEAN | broker.id.generation.enable | true | Whether a broker without an id got a generated one.
      INT | reserved.broker.max.id | 1000 | The highest broker id that was not generated.
      STRING | inter.broker.protocol.version | null | The oldest version of the protocol between brokers.
      STRING | log.message.format.version | null | The oldest version of the stored record format.
      LONG | log.message.timestamp.difference.max.ms | 9223372036854775807 | Largest difference between a timestamp and the clock.
      BOOLEAN | log.message.downconversion.enable | true | Whether records were converted to older formats for older clients.
      INT | controlled.shutdown.max.retries | 3 | Attempts to move leaderships before a shutdown.
      LONG | controlled.shutdown.retry.backoff.ms | 5000 | Milliseconds between these attempts.
      SHORT | offsets.commit.required.acks | -1 | Acknowledgements that a commit waited for.
      LONG | quota.producer.default | 9223372036854775807 | Bytes per second of each producer.
      LONG | quota.consumer.default | 9223372036854775807 | Bytes per second of each consumer.
      PASSWORD | delegation.token.master.key | null | The older name of delegation.token.secret.key.
      STRING | password.encoder.cipher.algorithm | AES/CBC/PKCS5Padding | How secrets were stored in ZooKeeper.
      INT | password.encoder.iterations | 4096 | Iterations of that key derivation.
      INT | password.encoder.key.length | 128 | Length of that key in bits.
      STRING | password.encoder.keyfactory.algorithm | null | How that key was derived.
      PASSWORD | password.encoder.old.secret | null | The previous secret of that key.
      PASSWORD | password.encoder.secret | null | The secret of that key.
      STRING | control.plane.listener.name | null | The listener for requests of the controller.
      INT | transaction.state.log.cleanup.interval.ms | 600000 | Milliseconds between two cleanups of the transaction log.
      BOOLEAN | group.coordinator.new.enable | null | Whether the newer group coordinator ran.
      BOOLEAN | group.consumer.enable | null | Whether consumer groups were served.
      BOOLEAN | group.share.enable | false | Whether share groups were served.
      INT | group.share.max.groups | 10 | Number of share groups.
      """;

  private FormerSettings() { }
}
