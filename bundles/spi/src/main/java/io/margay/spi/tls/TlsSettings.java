package io.margay.spi.tls;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.PASSWORD;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of TLS. Each that begins with {@code ssl.} may be given for a single listener. */
@DefinesSettings
public final class TlsSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("TLS");
  private static final String[] STORE_TYPES = {"JKS", "PKCS12", "PEM"};

  /** {@code ssl.keystore.location}. */
  public static final Setting<String> SSL_KEYSTORE_LOCATION = ALL.broker(STRING, "ssl.keystore.location", null).perBroker()
      .doc("The file with this node's key and certificates. It is read again when it changes.");
  /** {@code ssl.keystore.password}. */
  public static final Setting<String> SSL_KEYSTORE_PASSWORD = ALL.broker(PASSWORD, "ssl.keystore.password", null).perBroker()
      .doc("The password of the key store; none for PEM.");
  /** {@code ssl.keystore.type}. */
  public static final Setting<String> SSL_KEYSTORE_TYPE = ALL.broker(STRING, "ssl.keystore.type", "JKS").in(STORE_TYPES).perBroker()
      .doc("The format of the key store: JKS, PKCS12 or PEM.");
  /** {@code ssl.keystore.key}. */
  public static final Setting<String> SSL_KEYSTORE_KEY = ALL.broker(PASSWORD, "ssl.keystore.key", null).perBroker()
      .doc("The private key itself, in PEM format with PKCS 8. Needs the type PEM.");
  /** {@code ssl.keystore.certificate.chain}. */
  public static final Setting<String> SSL_KEYSTORE_CERTIFICATE_CHAIN =
      ALL.broker(PASSWORD, "ssl.keystore.certificate.chain", null).perBroker()
      .doc("The certificates themselves, in PEM format, this node's first. Needs the type PEM.");
  /** {@code ssl.key.password}. */
  public static final Setting<String> SSL_KEY_PASSWORD = ALL.broker(PASSWORD, "ssl.key.password", null).perBroker()
      .doc("The password of the private key. When not set: that of the key store.");
  /** {@code ssl.truststore.location}. */
  public static final Setting<String> SSL_TRUSTSTORE_LOCATION = ALL.broker(STRING, "ssl.truststore.location", null).perBroker()
      .doc("The file with the trusted certificates. It is read again when it changes. When not set: those of the Java runtime.");
  /** {@code ssl.truststore.password}. */
  public static final Setting<String> SSL_TRUSTSTORE_PASSWORD = ALL.broker(PASSWORD, "ssl.truststore.password", null).perBroker()
      .doc("The password of the trust store. Without it, the integrity of the file is not checked.");
  /** {@code ssl.truststore.type}. */
  public static final Setting<String> SSL_TRUSTSTORE_TYPE = ALL.broker(STRING, "ssl.truststore.type", "JKS").in(STORE_TYPES).perBroker()
      .doc("The format of the trust store: JKS, PKCS12 or PEM.");
  /** {@code ssl.truststore.certificates}. */
  public static final Setting<String> SSL_TRUSTSTORE_CERTIFICATES = ALL.broker(PASSWORD, "ssl.truststore.certificates", null).perBroker()
      .doc("The trusted certificates themselves, in PEM format. Needs the type PEM.");
  /** {@code ssl.client.auth}. */
  public static final Setting<String> SSL_CLIENT_AUTH = ALL.broker(STRING, "ssl.client.auth", "none")
      .in("required", "requested", "none").perBroker()
      .doc("Whether clients must present a certificate: required, requested or none.");
  /** {@code ssl.enabled.protocols}. */
  public static final Setting<List<String>> SSL_ENABLED_PROTOCOLS =
      ALL.broker(LIST, "ssl.enabled.protocols", List.of("TLSv1.2", "TLSv1.3")).in("TLSv1.2", "TLSv1.3").perBroker()
      .doc("Versions of TLS that clients may use.");
  /** {@code ssl.cipher.suites}. */
  public static final Setting<List<String>> SSL_CIPHER_SUITES = ALL.broker(LIST, "ssl.cipher.suites", List.<String>of()).perBroker()
      .doc("Cipher suites that clients may use; an empty list means all safe ones.");
  /** {@code ssl.principal.mapping.rules}. */
  public static final Setting<String> SSL_PRINCIPAL_MAPPING_RULES = ALL.broker(STRING, "ssl.principal.mapping.rules", "DEFAULT")
      .doc("How the name in a client's certificate becomes a user's name: a list of RULE:pattern/replacement/, with L or U at the end for "
          + "lower or upper case, and DEFAULT, which takes the whole name. The first rule that matches is used.");
  /** {@code ssl.endpoint.identification.algorithm}. */
  public static final Setting<String> SSL_ENDPOINT_IDENTIFICATION_ALGORITHM =
      ALL.broker(STRING, "ssl.endpoint.identification.algorithm", "https").perBroker()
      .doc("How this node checks the host name of another broker: https, or empty for no check.");
  /** {@code margay.tls.engine}. */
  public static final Setting<String> MARGAY_TLS_ENGINE = ALL.broker(STRING, "margay.tls.engine", "auto").in("auto", "jdk", "openssl").perBroker()
      .doc("What encrypts the connections of listeners: openssl, BoringSSL by netty-tcnative, which takes less CPU and memory; jdk, the provider of "
          + "the Java runtime; or auto, openssl where it is available and else jdk. A listener with openssl is not opened where that is not available.");
  /** {@code margay.tls.check.interval.ms}. */
  public static final Setting<Integer> MARGAY_TLS_CHECK_INTERVAL_MS = ALL.broker(INT, "margay.tls.check.interval.ms", 5_000).from(100).live()
      .doc("Milliseconds between two checks whether files with keys or certificates have changed. New connections use the new ones.");
  /** {@code margay.tls.expiry.warning.days}. */
  public static final Setting<Integer> MARGAY_TLS_EXPIRY_WARNING_DAYS =
      ALL.broker(INT, "margay.tls.expiry.warning.days", 30).from(0).live()
      .doc("Days before a certificate of a listener expires from which on the log warns of it, once a day.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
