/**
 * Who a client is, and what it may do: contracts of the bundles that decide it.
 *
 * <p>A {@link io.margay.spi.security.SaslMechanism} is a service with the property {@code name}, the mechanism's name such as SCRAM-SHA-512.
 * While the service is away, logins with its mechanism wait for a bounded time; connections that have logged in stay.
 */
@Export
@Version("1.0.0")
package io.margay.spi.security;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
