package io.margay.spi.config;

import static io.margay.spi.config.Define.broker;
import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.PASSWORD;
import static io.margay.spi.config.SettingType.STRING;

import java.util.List;

/**
 * TLS, SASL and authorisation. Reached through {@link ServerSettings}. Each may be set for one listener alone, see
 * {@link ServerSettings#ofListener}.
 */
interface SettingsSecurity {
  /** {@code authorizer.class.name}. */
  Setting<String> AUTHORIZER_CLASS_NAME = broker(STRING, "authorizer.class.name", "").inert()
      .doc("Empty lets everybody do everything; the name of a Kafka authorizer switches access control lists on.");
  /** {@code super.users}. */
  Setting<String> SUPER_USERS = broker(STRING, "super.users", "").inert()
      .doc("Principals that may do everything, separated by semicolons, such as User:admin.");
  /** {@code allow.everyone.if.no.acl.found}. */
  Setting<Boolean> ALLOW_EVERYONE_IF_NO_ACL_FOUND = broker(BOOLEAN, "allow.everyone.if.no.acl.found", false).inert()
      .doc("Whether a resource that no access control list mentions is open to everybody.");
  /** {@code connection.failed.authentication.delay.ms}. */
  Setting<Integer> CONNECTION_FAILED_AUTHENTICATION_DELAY_MS =
      broker(INT, "connection.failed.authentication.delay.ms", 100).from(0).inert()
      .doc("Milliseconds between a failed authentication and the close of its connection.");
  /** {@code connections.max.reauth.ms}. */
  Setting<Long> CONNECTIONS_MAX_REAUTH_MS = broker(LONG, "connections.max.reauth.ms", 0L).inert()
      .doc("Milliseconds after which a SASL connection must authenticate again; 0 is never.");
  /** {@code sasl.enabled.mechanisms}. */
  Setting<List<String>> SASL_ENABLED_MECHANISMS = broker(LIST, "sasl.enabled.mechanisms", List.of("GSSAPI")).perBroker().inert()
      .doc("SASL mechanisms that clients may choose from.");
  /** {@code sasl.mechanism.inter.broker.protocol}. */
  Setting<String> SASL_MECHANISM_INTER_BROKER_PROTOCOL =
      broker(STRING, "sasl.mechanism.inter.broker.protocol", "GSSAPI").perBroker().inert()
      .doc("The SASL mechanism between brokers.");
  /** {@code sasl.jaas.config}. */
  Setting<String> SASL_JAAS_CONFIG = broker(PASSWORD, "sasl.jaas.config", null).perBroker().inert()
      .doc("Users and secrets of a SASL mechanism in JAAS form.");
  /** {@code sasl.server.max.receive.size}. */
  Setting<Integer> SASL_SERVER_MAX_RECEIVE_SIZE = broker(INT, "sasl.server.max.receive.size", 524_288).from(1).live()
      .doc("The largest request with a SASL token in bytes.");
  /** {@code ssl.keystore.location}. */
  Setting<String> SSL_KEYSTORE_LOCATION = broker(STRING, "ssl.keystore.location", null).perBroker().inert()
      .doc("The file with this node's key and certificates.");
  /** {@code ssl.keystore.password}. */
  Setting<String> SSL_KEYSTORE_PASSWORD = broker(PASSWORD, "ssl.keystore.password", null).perBroker().inert()
      .doc("The password of the key store; none for PEM.");
  /** {@code ssl.keystore.type}. */
  Setting<String> SSL_KEYSTORE_TYPE = broker(STRING, "ssl.keystore.type", "JKS").perBroker().inert()
      .doc("The form of the key store: JKS, PKCS12 or PEM.");
  /** {@code ssl.keystore.key}. */
  Setting<String> SSL_KEYSTORE_KEY = broker(PASSWORD, "ssl.keystore.key", null).perBroker().inert()
      .doc("The private key itself, as PEM in PKCS 8.");
  /** {@code ssl.keystore.certificate.chain}. */
  Setting<String> SSL_KEYSTORE_CERTIFICATE_CHAIN = broker(PASSWORD, "ssl.keystore.certificate.chain", null).perBroker().inert()
      .doc("The certificates themselves, as PEM.");
  /** {@code ssl.key.password}. */
  Setting<String> SSL_KEY_PASSWORD = broker(PASSWORD, "ssl.key.password", null).perBroker().inert()
      .doc("The password of the private key.");
  /** {@code ssl.truststore.location}. */
  Setting<String> SSL_TRUSTSTORE_LOCATION = broker(STRING, "ssl.truststore.location", null).perBroker().inert()
      .doc("The file with the certificates that are trusted.");
  /** {@code ssl.truststore.password}. */
  Setting<String> SSL_TRUSTSTORE_PASSWORD = broker(PASSWORD, "ssl.truststore.password", null).perBroker().inert()
      .doc("The password of the trust store; without it, it is not checked for integrity.");
  /** {@code ssl.truststore.type}. */
  Setting<String> SSL_TRUSTSTORE_TYPE = broker(STRING, "ssl.truststore.type", "JKS").perBroker().inert()
      .doc("The form of the trust store: JKS, PKCS12 or PEM.");
  /** {@code ssl.truststore.certificates}. */
  Setting<String> SSL_TRUSTSTORE_CERTIFICATES = broker(PASSWORD, "ssl.truststore.certificates", null).perBroker().inert()
      .doc("The trusted certificates themselves, as PEM.");
  /** {@code ssl.client.auth}. */
  Setting<String> SSL_CLIENT_AUTH = broker(STRING, "ssl.client.auth", "none")
      .in("required", "requested", "none").perBroker().inert()
      .doc("Whether clients show a certificate: required, requested or none.");
  /** {@code ssl.enabled.protocols}. */
  Setting<List<String>> SSL_ENABLED_PROTOCOLS =
      broker(LIST, "ssl.enabled.protocols", List.of("TLSv1.2", "TLSv1.3")).perBroker().inert()
      .doc("Versions of TLS that clients may choose from.");
  /** {@code ssl.cipher.suites}. */
  Setting<List<String>> SSL_CIPHER_SUITES = broker(LIST, "ssl.cipher.suites", List.<String>of()).perBroker().inert()
      .doc("Cipher suites that clients may choose from; empty for all that are safe.");
  /** {@code ssl.principal.mapping.rules}. */
  Setting<String> SSL_PRINCIPAL_MAPPING_RULES = broker(STRING, "ssl.principal.mapping.rules", "DEFAULT").inert()
      .doc("How the name in a client's certificate becomes a user's name.");
  /** {@code ssl.endpoint.identification.algorithm}. */
  Setting<String> SSL_ENDPOINT_IDENTIFICATION_ALGORITHM =
      broker(STRING, "ssl.endpoint.identification.algorithm", "https").perBroker().inert()
      .doc("How this node checks the name of another broker: https, or empty for not at all.");
}
