package io.margay.metatype.internal;

import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import java.io.InputStream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.MetaTypeProvider;
import org.osgi.service.metatype.ObjectClassDefinition;

/**
 * Describes the settings that the configuration {@value #PID} may hold, from their definitions. Descriptions are
 * created on demand and not kept: they are needed only while a person looks at them. Safe for all threads.
 */
@Component(property = MetaTypeProvider.METATYPE_PID + "=" + NodeMetaType.PID)
public final class NodeMetaType implements MetaTypeProvider {
  /** The configuration that the bundle {@code config} reads. */
  static final String PID = "io.margay";

  /** The settings of a node, without those of Kafka's that do nothing here: they may be given, but need no form. */
  private static final class Node implements ObjectClassDefinition {
    private final NodeSettings settings;

    private Node(NodeSettings settings) {
      this.settings = settings;
    }

    @Override
    public String getName() {
      return "Margay";
    }

    @Override
    public String getID() {
      return PID;
    }

    @Override
    public String getDescription() {
      return "Settings of the node, with Kafka's names. Values set here override etc/margay.cfg. The environment and "
          + "Kafka's Admin API override them. config:explain NAME shows which value is in force.";
    }

    @Override
    public AttributeDefinition[] getAttributeDefinitions(int filter) {
      return filter == REQUIRED ? new AttributeDefinition[0]
          : settings.definitions(Setting.Scope.BROKER).stream().filter(Setting::effective).map(SettingAttribute::new)
              .toArray(AttributeDefinition[]::new);
    }

    @Override
    public InputStream getIcon(int size) {
      return null;
    }
  }

  private final NodeSettings settings;

  /** @param settings provides the definitions */
  @Activate
  public NodeMetaType(@Reference NodeSettings settings) {
    this.settings = settings;
  }

  @Override
  public ObjectClassDefinition getObjectClassDefinition(String id, String locale) {
    if (!PID.equals(id)) {
      throw new IllegalArgumentException("only " + PID + " is described here, not " + id);
    }
    return new Node(settings);
  }

  /** @return null: there is one language */
  @Override
  public String[] getLocales() {
    return null;
  }
}
