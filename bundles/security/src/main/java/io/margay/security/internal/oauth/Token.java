package io.margay.security.internal.oauth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A signed token (RFC 7519) that a client has shown. Used by one thread at a time. */
final class Token {
  private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");
  /** Without an id, a token may fit several keys: each costs a verification. */
  private static final int MAX_KEYS_TRIED = 4;

  /**
   * What an accepted token says.
   *
   * @param user the user's name
   * @param expiresMs until when, in milliseconds since 1970
   */
  record Accepted(String user, long expiresMs) { }

  private final SignedJWT jwt;

  private Token(SignedJWT jwt) {
    this.jwt = jwt;
  }

  /** @throws TokenRefusedException when it is no signed token */
  static Token parse(String text) throws TokenRefusedException {
    try {
      return new Token(SignedJWT.parse(text));
    } catch (ParseException | IllegalArgumentException e) {
      throw new TokenRefusedException("it is no signed token");
    }
  }

  /** Which key it says that it was signed with; null when it does not say. */
  String keyId() {
    return jwt.getHeader().getKeyID();
  }

  /** @throws TokenRefusedException when it must not be accepted */
  Accepted verify(TokenRules rules, JWKSet keys, long nowMs) throws TokenRefusedException {
    verifyHeader(rules);
    verifySignature(keys);
    try {
      return verifyClaims(jwt.getJWTClaimsSet(), rules, nowMs);
    } catch (ParseException e) {
      throw new TokenRefusedException("its claims cannot be read");
    }
  }

  private void verifyHeader(TokenRules rules) throws TokenRefusedException {
    if (!rules.algorithms().contains(jwt.getHeader().getAlgorithm().getName())) {
      throw new TokenRefusedException("it is signed with an algorithm that margay.oauthbearer.algorithms does not have");
    }
    if (jwt.getHeader().getType() != null && !TYPES.contains(jwt.getHeader().getType().getType().toLowerCase(Locale.ROOT))) {
      throw new TokenRefusedException("it is of another type");
    }
  }

  private void verifySignature(JWKSet keys) throws TokenRefusedException {
    JWSAlgorithm algorithm = jwt.getHeader().getAlgorithm();
    KeyType type = JWSAlgorithm.Family.RSA.contains(algorithm) ? KeyType.RSA : EdVerifier.ALGORITHMS.contains(algorithm) ? KeyType.OKP : KeyType.EC;
    JWKMatcher.Builder fitting = new JWKMatcher.Builder().keyType(type).keyUses(KeyUse.SIGNATURE, null)
        .algorithms(algorithm, null);
    if (keyId() != null) {
      fitting.keyID(keyId());
    }
    List<JWK> candidates = new JWKSelector(fitting.build()).select(keys);
    if (candidates.isEmpty()) {
      throw new TokenRefusedException("it is signed with a key that sasl.oauthbearer.jwks.endpoint.url does not have");
    }
    for (JWK key : candidates.subList(0, Math.min(candidates.size(), MAX_KEYS_TRIED))) {
      try {
        JWSVerifier verifier = verifier(key);
        if (verifier.supportedJWSAlgorithms().contains(algorithm) && jwt.verify(verifier)) {
          return;
        }
      } catch (JOSEException e) {
        throw new TokenRefusedException("its signature cannot be verified");
      }
    }
    throw new TokenRefusedException("its signature is wrong");
  }

  private static JWSVerifier verifier(JWK key) throws JOSEException {
    return key instanceof RSAKey rsa ? new RSASSAVerifier(rsa) : key instanceof ECKey ec ? new ECDSAVerifier(ec) : new EdVerifier((OctetKeyPair) key);
  }

  /** From here on the issuer vouches for what is in it. */
  private static Accepted verifyClaims(JWTClaimsSet claims, TokenRules rules, long nowMs) throws ParseException, TokenRefusedException {
    Date expires = claims.getExpirationTime();
    Date notBefore = claims.getNotBeforeTime();
    if (expires == null || claims.getIssueTime() == null) {
      throw new TokenRefusedException("it does not say when it expires (exp) or when it was issued (iat)");
    }
    if (nowMs - rules.skewMs() >= expires.getTime()) {
      throw new TokenRefusedException("it has expired");
    }
    if (notBefore != null && nowMs + rules.skewMs() < notBefore.getTime()) {
      throw new TokenRefusedException("it is not valid yet");
    }
    if (rules.issuer() != null && !rules.issuer().equals(claims.getIssuer())) {
      throw new TokenRefusedException("its issuer is not that of sasl.oauthbearer.expected.issuer");
    }
    if (!rules.audience().isEmpty() && Collections.disjoint(claims.getAudience(), rules.audience())) {
      throw new TokenRefusedException("its audience is none of sasl.oauthbearer.expected.audience");
    }
    String name = claims.getStringClaim(rules.claims().subject());
    String user = name == null || name.isBlank() ? null : rules.names().name(name.trim());
    if (user == null || user.isBlank()) {
      throw new TokenRefusedException(name == null ? "it has no claim " + rules.claims().subject()
          : "no rule of margay.oauthbearer.principal.mapping.rules is for its name");
    }
    if (!scopes(claims.getClaim(rules.claims().scope())).containsAll(rules.scope())) {
      throw new TokenRefusedException("it lacks a scope of margay.oauthbearer.required.scope", String.join(" ", rules.scope()));
    }
    // One that expired while clocks may differ is good until they cannot any more.
    return new Accepted(user, expires.getTime() > nowMs ? expires.getTime() : expires.getTime() + rules.skewMs());
  }

  private static Set<String> scopes(Object claim) {
    Set<String> scopes = new HashSet<>();
    if (claim instanceof Collection<?> list) {
      list.forEach(scope -> scopes.add(String.valueOf(scope)));
    } else if (claim instanceof String words) {
      scopes.addAll(Arrays.asList(words.trim().split("\\s+")));
    }
    return scopes;
  }
}
