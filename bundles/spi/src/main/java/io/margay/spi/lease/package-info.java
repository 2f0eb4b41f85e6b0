/**
 * Lets whoever uses a service finish with it before it goes: dynamic references keep the service in a
 * {@link io.margay.spi.lease.ServiceHolder}.
 */
@Export
@Version("1.1.0")
package io.margay.spi.lease;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
