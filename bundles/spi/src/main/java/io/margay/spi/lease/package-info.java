/**
 * Lets callers finish with a service before it is unregistered: dynamic references keep the service in a
 * {@link io.margay.spi.lease.ServiceHolder}.
 */
@Export
@Version("1.1.0")
package io.margay.spi.lease;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
