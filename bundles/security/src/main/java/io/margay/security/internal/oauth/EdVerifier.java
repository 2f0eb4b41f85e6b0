package io.margay.security.internal.oauth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.jca.JCAContext;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Set;

/** Ed25519 (RFC 8037) by the Java runtime: Nimbus would need Google's Tink for it. */
record EdVerifier(OctetKeyPair key) implements JWSVerifier {
  static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519);
  private static final int KEY_BYTES = 32;
  private static final int SIGN_BIT = 0x80;

  @Override
  public Set<JWSAlgorithm> supportedJWSAlgorithms() {
    return ALGORITHMS;
  }

  @Override
  public JCAContext getJCAContext() {
    return new JCAContext();
  }

  @Override
  public boolean verify(JWSHeader header, byte[] signed, Base64URL signature) throws JOSEException {
    byte[] point = key.getDecodedX();
    if (!Curve.Ed25519.equals(key.getCurve()) || point.length != KEY_BYTES || header.getCriticalParams() != null) {
      return false;
    }
    try {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(publicKey(point));
      verifier.update(signed);
      return verifier.verify(signature.decode());
    } catch (SignatureException e) {
      return false; // it has another length
    } catch (GeneralSecurityException e) {
      throw new JOSEException("the Java runtime has no Ed25519, or the key is no point of it", e);
    }
  }

  /** The point is y, least significant byte first, with the lowest bit of x in the highest one. */
  private static PublicKey publicKey(byte[] point) throws GeneralSecurityException {
    byte[] y = new byte[KEY_BYTES];
    for (int i = 0; i < KEY_BYTES; i++) {
      y[i] = point[KEY_BYTES - 1 - i];
    }
    boolean odd = (y[0] & SIGN_BIT) != 0;
    y[0] &= ~SIGN_BIT;
    return KeyFactory.getInstance("Ed25519").generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519,
        new EdECPoint(odd, new BigInteger(1, y))));
  }
}
