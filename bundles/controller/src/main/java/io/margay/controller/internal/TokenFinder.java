package io.margay.controller.internal;

import io.margay.metadata.DelegationToken;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.security.TokenSecrets;
import io.margay.spi.security.TokenSettings;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Finds delegation tokens by their secrets. The secret of a token is computed when it is looked for first, since a client could otherwise have all of
 * them computed with each request; hashes of them are kept as long as the tokens. A secret is not compared itself, so how long that takes says
 * nothing of it. Safe for all threads.
 */
public final class TokenFinder {
  private final Supplier<String> key;
  private final Function<String, byte[]> secrets;
  /** Invariant: the hash of the secret of each id of {@link #indexed} with {@link #indexedKey}. Guarded by this. */
  private final Map<ByteBuffer, String> ids = new HashMap<>();
  private Map<String, DelegationToken> indexed = Map.of();
  private String indexedKey;

  TokenFinder(NodeSettings settings) {
    this(() -> settings.get(TokenSettings.SECRET_KEY), id -> TokenSecrets.secret(settings, id));
  }

  /**
   * @param key from which secrets are computed
   * @param secrets computes that of an id
   */
  TokenFinder(Supplier<String> key, Function<String, byte[]> secrets) {
    this.key = key;
    this.secrets = secrets;
  }

  /**
   * The token with a secret.
   *
   * @param tokens all that there are, by id; not changed later
   * @param secret what a client has sent
   * @return null when there is none
   */
  public synchronized DelegationToken find(Map<String, DelegationToken> tokens, byte[] secret) {
    String now = key.get();
    if (!now.equals(indexedKey)) {
      ids.clear();
      indexed = Map.of();
      indexedKey = now;
    }
    if (tokens != indexed) {
      index(tokens);
    }
    String id = ids.get(hash(secret));
    return id == null ? null : tokens.get(id);
  }

  private void index(Map<String, DelegationToken> tokens) {
    ids.values().retainAll(tokens.keySet());
    for (String id : tokens.keySet()) {
      if (!indexed.containsKey(id)) {
        ids.put(hash(secrets.apply(id)), id);
      }
    }
    indexed = tokens;
  }

  private static ByteBuffer hash(byte[] secret) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(secret));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
