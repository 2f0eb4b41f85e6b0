package io.margay.spi.config;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The definitions of the settings that one bundle reads. The class is public, has a public constructor without parameters and is
 * marked with {@link DefinesSettings}, so that the settings are known as soon as the bundle is resolved, before it starts.
 */
@ConsumerType
public interface SettingDefinitions {
  /** @return all of them; the same each time */
  Catalogue catalogue();
}
