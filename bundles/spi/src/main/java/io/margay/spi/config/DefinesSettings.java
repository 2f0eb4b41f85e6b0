package io.margay.spi.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Capability;

/** Names a class of {@link SettingDefinitions} in the bundle's manifest, as the capability {@value #NAMESPACE}. */
@Capability(namespace = DefinesSettings.NAMESPACE, attribute = "class=${@class}")
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.CLASS)
public @interface DefinesSettings {
  /** The capability's namespace. */
  String NAMESPACE = "io.margay.settings";
  /** The capability's attribute that names the class. */
  String CLASS = "class";
}
