package io.margay.config.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.PASSWORD;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of TLS and SASL that do nothing here. Each may be given for a single listener. */
final class AcceptedSecuritySettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Security, without effect");
  private static final String WORD = "[a-z0-9][a-z0-9._-]*";

  /** {@code connection.failed.authentication.delay.ms}. */
  public static final Setting<Integer> CONNECTION_FAILED_AUTHENTICATION_DELAY_MS =
      ALL.broker(INT, "connection.failed.authentication.delay.ms", 100).from(0).inert()
      .doc("Milliseconds between a failed authentication and the closing of its connection.");
  /** {@code connections.max.reauth.ms}. */
  public static final Setting<Long> CONNECTIONS_MAX_REAUTH_MS = ALL.broker(LONG, "connections.max.reauth.ms", 0L).inert()
      .doc("Milliseconds after which a SASL connection must authenticate again; 0 means never.");
  /** {@code sasl.enabled.mechanisms}. */
  public static final Setting<List<String>> SASL_ENABLED_MECHANISMS =
      ALL.broker(LIST, "sasl.enabled.mechanisms", List.of("GSSAPI")).perBroker().inert()
      .doc("SASL mechanisms that clients may use.");
  /** {@code sasl.mechanism.inter.broker.protocol}. */
  public static final Setting<String> SASL_MECHANISM_INTER_BROKER_PROTOCOL =
      ALL.broker(STRING, "sasl.mechanism.inter.broker.protocol", "GSSAPI").perBroker().inert()
      .doc("The SASL mechanism between brokers.");
  /** {@code sasl.jaas.config}. */
  public static final Setting<String> SASL_JAAS_CONFIG = ALL.broker(PASSWORD, "sasl.jaas.config", null).perBroker().inert()
      .doc("Users and secrets of a SASL mechanism in JAAS format.");
  /** {@code ssl.keystore.location}. */
  public static final Setting<String> SSL_KEYSTORE_LOCATION = ALL.broker(STRING, "ssl.keystore.location", null).perBroker().inert()
      .doc("The file with this node's key and certificates.");
  /** {@code ssl.keystore.password}. */
  public static final Setting<String> SSL_KEYSTORE_PASSWORD = ALL.broker(PASSWORD, "ssl.keystore.password", null).perBroker()
      .inert()
      .doc("The password of the key store; none for PEM.");
  /** {@code ssl.keystore.type}. */
  public static final Setting<String> SSL_KEYSTORE_TYPE = ALL.broker(STRING, "ssl.keystore.type", "JKS").perBroker().inert()
      .doc("The format of the key store: JKS, PKCS12 or PEM.");
  /** {@code ssl.keystore.key}. */
  public static final Setting<String> SSL_KEYSTORE_KEY = ALL.broker(PASSWORD, "ssl.keystore.key", null).perBroker().inert()
      .doc("The private key itself, in PEM format with PKCS 8.");
  /** {@code ssl.keystore.certificate.chain}. */
  public static final Setting<String> SSL_KEYSTORE_CERTIFICATE_CHAIN =
      ALL.broker(PASSWORD, "ssl.keystore.certificate.chain", null).perBroker().inert()
      .doc("The certificates themselves, in PEM format.");
  /** {@code ssl.key.password}. */
  public static final Setting<String> SSL_KEY_PASSWORD = ALL.broker(PASSWORD, "ssl.key.password", null).perBroker().inert()
      .doc("The password of the private key.");
  /** {@code ssl.truststore.location}. */
  public static final Setting<String> SSL_TRUSTSTORE_LOCATION = ALL.broker(STRING, "ssl.truststore.location", null).perBroker()
      .inert()
      .doc("The file with the trusted certificates.");
  /** {@code ssl.truststore.password}. */
  public static final Setting<String> SSL_TRUSTSTORE_PASSWORD = ALL.broker(PASSWORD, "ssl.truststore.password", null)
      .perBroker().inert()
      .doc("The password of the trust store. Without it, the integrity of the file is not checked.");
  /** {@code ssl.truststore.type}. */
  public static final Setting<String> SSL_TRUSTSTORE_TYPE = ALL.broker(STRING, "ssl.truststore.type", "JKS").perBroker().inert()
      .doc("The format of the trust store: JKS, PKCS12 or PEM.");
  /** {@code ssl.truststore.certificates}. */
  public static final Setting<String> SSL_TRUSTSTORE_CERTIFICATES = ALL.broker(PASSWORD, "ssl.truststore.certificates", null)
      .perBroker().inert()
      .doc("The trusted certificates themselves, in PEM format.");
  /** {@code ssl.client.auth}. */
  public static final Setting<String> SSL_CLIENT_AUTH = ALL.broker(STRING, "ssl.client.auth", "none")
      .in("required", "requested", "none").perBroker().inert()
      .doc("Whether clients must present a certificate: required, requested or none.");
  /** {@code ssl.enabled.protocols}. */
  public static final Setting<List<String>> SSL_ENABLED_PROTOCOLS =
      ALL.broker(LIST, "ssl.enabled.protocols", List.of("TLSv1.2", "TLSv1.3")).perBroker().inert()
      .doc("Versions of TLS that clients may use.");
  /** {@code ssl.cipher.suites}. */
  public static final Setting<List<String>> SSL_CIPHER_SUITES = ALL.broker(LIST, "ssl.cipher.suites", List.<String>of())
      .perBroker().inert()
      .doc("Cipher suites that clients may use; an empty list means all safe ones.");
  /** {@code ssl.principal.mapping.rules}. */
  public static final Setting<String> SSL_PRINCIPAL_MAPPING_RULES = ALL.broker(STRING, "ssl.principal.mapping.rules",
          "DEFAULT").inert()
      .doc("How the name in a client's certificate becomes a user's name.");
  /** {@code ssl.endpoint.identification.algorithm}. */
  public static final Setting<String> SSL_ENDPOINT_IDENTIFICATION_ALGORITHM =
      ALL.broker(STRING, "ssl.endpoint.identification.algorithm", "https").perBroker().inert()
      .doc("How this node checks the host name of another broker: https, or empty for no check.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
