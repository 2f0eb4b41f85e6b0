package io.margay.security.internal.oauth;

import com.nimbusds.jose.jwk.JWKSet;
import io.margay.spi.config.SettingValues;
import io.margay.spi.tls.TlsMaterial;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;

/**
 * Where keys are read from, and how. Immutable; reads block.
 *
 * @param url their URL, one that is allowed
 * @param times when they are read
 * @param timeoutMs how long a read may take
 * @param maxBytes how large they may be
 * @param trust settings of TLS that say which certificates are trusted
 */
record KeyPlace(URI url, Times times, int timeoutMs, int maxBytes, Trust trust) {
  private static final Set<String> SCHEMES = Set.of("https", "http", "file");

  /**
   * When keys are read.
   *
   * @param refreshMs after a read
   * @param retryMs after a failure, doubled with each
   * @param retryMaxMs at most after failures, and at least after a read before an unknown key causes another
   */
  record Times(long refreshMs, long retryMs, long retryMaxMs) { }

  /** Settings of TLS; equal to others, so that they do not count for whether two places are the same. */
  record Trust(SettingValues values) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Trust;
    }

    @Override
    public int hashCode() {
      return 0;
    }
  }

  /** @throws IllegalStateException when there is no URL, or one that must not be read; the message names the setting */
  static KeyPlace of(SettingValues values, List<String> allowed) {
    String url = values.get(OAuthSettings.JWKS_URL);
    if (url == null || url.isEmpty()) {
      throw new IllegalStateException("sasl.oauthbearer.jwks.endpoint.url is not set: no token can be accepted");
    }
    if (!allowed.contains(url)) {
      throw new IllegalStateException("sasl.oauthbearer.jwks.endpoint.url=" + url + " is not in margay.oauthbearer.allowed.urls");
    }
    URI parsed;
    try {
      parsed = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("sasl.oauthbearer.jwks.endpoint.url=" + url + " is not a URL", e);
    }
    if (parsed.getScheme() == null || !SCHEMES.contains(parsed.getScheme().toLowerCase(Locale.ROOT))) {
      throw new IllegalStateException("sasl.oauthbearer.jwks.endpoint.url=" + url + " has none of the schemes " + SCHEMES);
    }
    return new KeyPlace(parsed, new Times(values.get(OAuthSettings.REFRESH_MS), values.get(OAuthSettings.RETRY_MS),
        values.get(OAuthSettings.RETRY_MAX_MS)), values.get(OAuthSettings.TIMEOUT_MS), values.get(OAuthSettings.MAX_KEY_BYTES),
        new Trust(values));
  }

  boolean isFile() {
    return url.getScheme().equalsIgnoreCase("file");
  }

  /** Tells a file from the same one before: another text when it may have changed. */
  String stamp() throws IOException {
    Path file = file();
    return Files.getLastModifiedTime(file) + " " + Files.size(file) + " " + Files.readAttributes(file,
        BasicFileAttributes.class).fileKey();
  }

  private Path file() throws IOException {
    try {
      return Path.of(url);
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      throw new IOException("it is not the URL of a file", e);
    }
  }

  /** @throws IOException when there are no keys; the message shows nothing of what was read */
  JWKSet read() throws IOException {
    byte[] bytes;
    if (isFile()) {
      try (InputStream in = Files.newInputStream(file())) {
        bytes = in.readNBytes(maxBytes + 1);
      }
    } else {
      bytes = fetch();
    }
    if (bytes.length > maxBytes) {
      throw new IOException("it has more bytes than margay.oauthbearer.jwks.max.bytes=" + maxBytes);
    }
    try {
      return JWKSet.parse(new String(bytes, StandardCharsets.UTF_8));
    } catch (ParseException e) {
      throw new IOException("it is no JSON Web Key Set");
    }
  }

  /** Redirections are not followed: they would lead past the list of allowed URLs. */
  private byte[] fetch() throws IOException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
    if (connection instanceof HttpsURLConnection secure) {
      trust(secure);
    }
    connection.setInstanceFollowRedirects(false);
    connection.setUseCaches(false);
    connection.setConnectTimeout(timeoutMs);
    connection.setReadTimeout(timeoutMs);
    connection.setRequestProperty("Accept", "application/json");
    try {
      if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
        throw new IOException("it answers with status " + connection.getResponseCode());
      }
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      byte[] piece = new byte[8_192];
      try (InputStream in = connection.getInputStream()) {
        while (all.size() <= maxBytes) {
          long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
          if (leftMs <= 0) {
            throw new IOException("it takes longer than margay.oauthbearer.jwks.timeout.ms=" + timeoutMs);
          }
          int count = in.read(piece);
          if (count < 0) {
            break;
          }
          all.write(piece, 0, count);
        }
      }
      return all.toByteArray();
    } finally {
      connection.disconnect();
    }
  }

  private void trust(HttpsURLConnection connection) throws IOException {
    TlsMaterial material = TlsMaterial.read(trust.values());
    if (material.trust() == null) {
      return;
    }
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, material.trust().getTrustManagers(), null);
      connection.setSSLSocketFactory(context.getSocketFactory());
    } catch (GeneralSecurityException e) {
      throw new IOException("ssl.truststore.* cannot be used", e);
    }
  }
}
