/**
 * One service per API key. The server finds every {@link io.margay.spi.handler.ApiHandler}, routes requests to it and computes the
 * ApiVersions response from the registered handlers. A handler is called on the event loop of the connection and must not block it;
 * it answers on any thread, exactly once.
 */
@Export
@Version("3.3.0")
package io.margay.spi.handler;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
