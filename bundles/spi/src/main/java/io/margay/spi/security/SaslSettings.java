package io.margay.spi.security;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.PASSWORD;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of logins. Each may be given for a single listener. */
@DefinesSettings
public final class SaslSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("SASL");

  /** {@code sasl.enabled.mechanisms}. */
  public static final Setting<List<String>> SASL_ENABLED_MECHANISMS =
      ALL.broker(LIST, "sasl.enabled.mechanisms", List.of("GSSAPI")).perBroker()
      .doc("SASL mechanisms that clients may use: a list of SCRAM-SHA-512, SCRAM-SHA-256, OAUTHBEARER, GSSAPI, PLAIN, and "
          + "those that other bundles add.");
  /** {@code sasl.jaas.config}. */
  public static final Setting<String> SASL_JAAS_CONFIG = ALL.broker(PASSWORD, "sasl.jaas.config", null).perBroker()
      .doc("Users and secrets of a SASL mechanism in JAAS format, usually for one mechanism of a listener: "
          + "listener.name.<name>.<mechanism>.sasl.jaas.config. username and password are what this broker logs in with at other "
          + "brokers; user_<name>=\"<password>\" are the users of PLAIN; keyTab and principal are the keys of GSSAPI. The class in it is not "
          + "loaded.");
  /** {@code sasl.mechanism.inter.broker.protocol}. */
  public static final Setting<String> SASL_MECHANISM_INTER_BROKER_PROTOCOL =
      ALL.broker(STRING, "sasl.mechanism.inter.broker.protocol", "GSSAPI").perBroker()
      .doc("The SASL mechanism with which this broker logs in at other brokers: SCRAM-SHA-512, SCRAM-SHA-256, OAUTHBEARER or PLAIN.");
  /** {@code sasl.oauthbearer.token.endpoint.url}. */
  public static final Setting<String> SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL =
      ALL.broker(STRING, "sasl.oauthbearer.token.endpoint.url", null)
      .doc("Where the token is with which this broker logs in at other brokers with OAUTHBEARER: the URL of a file, such as"
          + " file:///run/secrets/broker.jwt, that something else renews. It is read at each login.");
  /** {@code connections.max.reauth.ms}. */
  public static final Setting<Long> CONNECTIONS_MAX_REAUTH_MS = ALL.broker(LONG, "connections.max.reauth.ms", 0L)
      .doc("Milliseconds after which a connection must authenticate again; otherwise it is closed at its next request. 0 means never.");
  /** {@code connection.failed.authentication.delay.ms}. */
  public static final Setting<Integer> CONNECTION_FAILED_AUTHENTICATION_DELAY_MS =
      ALL.broker(INT, "connection.failed.authentication.delay.ms", 100).range(0, 60_000)
      .doc("Milliseconds before the answer to a failed login, after which its connection is closed.");
  /** {@code sasl.server.max.receive.size}. */
  public static final Setting<Integer> SASL_SERVER_MAX_RECEIVE_SIZE =
      ALL.broker(INT, "sasl.server.max.receive.size", 524_288).from(1).live()
      .doc("Largest size in bytes of a request with a SASL token, and of each request before the login.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
