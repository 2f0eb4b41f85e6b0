package io.margay.metatype.internal;

import io.margay.spi.config.InvalidSettingException;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingType;
import java.util.Map;
import org.osgi.service.metatype.AttributeDefinition;

/**
 * A setting as an attribute. A list is one text with commas, as everywhere else: an editor for several values could not distinguish
 * an empty list from none. Immutable, and equal to another attribute of the same setting, because the Felix web console looks an
 * attribute up among the optional ones.
 *
 * @param setting the setting
 */
record SettingAttribute(Setting<?> setting) implements AttributeDefinition {
  private static final Map<SettingType<?>, Integer> TYPES = Map.of(SettingType.BOOLEAN, BOOLEAN, SettingType.INT, INTEGER,
      SettingType.SHORT, SHORT, SettingType.LONG, LONG, SettingType.DOUBLE, DOUBLE, SettingType.PASSWORD, PASSWORD);

  @Override
  public String getName() {
    return setting.name();
  }

  @Override
  public String getID() {
    return setting.name();
  }

  @Override
  public String getDescription() {
    return setting.documentation() + " Expected: " + setting.expected() + "."
        + (setting.update() == Setting.Update.AT_START ? " Takes effect at the next start." : "");
  }

  /** One value. */
  @Override
  public int getCardinality() {
    return 0;
  }

  @Override
  public int getType() {
    return TYPES.getOrDefault(setting.type(), STRING);
  }

  /** The choices of a setting with a fixed set of values. A list of such values is entered as text. */
  @Override
  public String[] getOptionValues() {
    return setting.type() == SettingType.LIST || setting.check().options().isEmpty() ? null
        : setting.check().options().toArray(String[]::new);
  }

  @Override
  public String[] getOptionLabels() {
    return getOptionValues();
  }

  @Override
  public String validate(String value) {
    try {
      setting.parse(value);
      return "";
    } catch (InvalidSettingException e) {
      return e.getMessage();
    }
  }

  @Override
  public String[] getDefaultValue() {
    String text = text(setting);
    return text == null || setting.secret() ? null : new String[] {text};
  }

  private static <T> String text(Setting<T> setting) {
    return setting.type().format(setting.defaultValue());
  }
}
