package io.margay.spi.security;

import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings that say whether there is authorization. */
@DefinesSettings
public final class AuthorizerSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Authorization");

  /** {@code authorizer.class.name}. */
  public static final Setting<String> AUTHORIZER_CLASS_NAME = ALL.broker(STRING, "authorizer.class.name", "")
      .doc("Which authorizer decides what clients may do. Without one everything is allowed. Kafka's name"
          + " org.apache.kafka.metadata.authorizer.StandardAuthorizer and the short name acl stand for the ACLs that kafka-acls and acl:add"
          + " change. Another value is the name of an authorizer that another bundle provides. No class of that name is loaded.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
