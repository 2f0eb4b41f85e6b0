package io.margay.spi.security;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** Settings that say whether there is authorization. */
@DefinesSettings
public final class AuthorizerSettings implements SettingDefinitions {
  /** The short name of the authorizer that decides by ACLs. */
  public static final String ACL = "acl";

  private static final String KAFKAS_NAME = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
  private static final Catalogue ALL = new Catalogue("Authorization");

  /** {@code authorizer.class.name}. */
  public static final Setting<String> AUTHORIZER_CLASS_NAME = ALL.broker(STRING, "authorizer.class.name", "")
      .doc("Which authorizer decides what clients may do. Without one everything is allowed. Kafka's name"
          + " org.apache.kafka.metadata.authorizer.StandardAuthorizer and the short name acl stand for the ACLs that kafka-acls and acl:add"
          + " change. Another value is the name of an authorizer that another bundle provides. No class of that name is loaded.");

  /** {@code super.users}. */
  public static final Setting<String> SUPER_USERS = ALL.broker(STRING, "super.users", "")
      .matching("\\s*([^;:\\s][^;:]*:[^;]+(;[^;:\\s][^;:]*:[^;]+)*)?;?\\s*", "principals, separated by semicolons, such as User:admin;User:broker")
      .doc("Principals that may do everything, separated by semicolons, such as User:admin;User:broker. Brokers must be among them, or"
          + " have the right to ClusterAction: while listeners between brokers have no authentication, that is User:ANONYMOUS.");
  /** {@code allow.everyone.if.no.acl.found}. */
  public static final Setting<Boolean> ALLOW_EVERYONE_IF_NO_ACL_FOUND = ALL.broker(BOOLEAN, "allow.everyone.if.no.acl.found", false)
      .doc("Whether every client may use a resource that no ACL is about.");

  /**
   * Which authorizer is configured.
   *
   * @param settings the node's settings
   * @return its name, the short one where there is one; empty for none
   */
  public static String chosen(NodeSettings settings) {
    String name = settings.get(AUTHORIZER_CLASS_NAME).trim();
    return name.equals(KAFKAS_NAME) ? ACL : name;
  }

  /**
   * Who may do everything.
   *
   * @param value of {@link #SUPER_USERS}
   * @return principals, such as {@code User:admin}
   */
  public static Set<String> superUsers(String value) {
    return Arrays.stream(value.split(";")).map(String::trim).filter(name -> !name.isEmpty()).collect(Collectors.toSet());
  }

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
