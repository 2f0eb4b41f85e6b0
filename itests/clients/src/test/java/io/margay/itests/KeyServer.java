package io.margay.itests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Debian's key server of Kerberos, for the realm {@value #REALM}, with a database of its own. */
final class KeyServer implements AutoCloseable {
  static final String REALM = "EXAMPLE.TEST";

  private static final Path PROGRAMS = Path.of("/usr/sbin");
  private final Map<String, String> environment;
  private final Process process;

  /**
   * Starts it.
   *
   * @param directory for its files; {@link #conf} is in it
   */
  KeyServer(Path directory) throws IOException {
    int port = Ports.free(1).get(0);
    Path profile = directory.resolve("kdc.conf");
    Files.writeString(conf(directory), """
        [libdefaults]
          default_realm = %1$s
          dns_lookup_kdc = false
          dns_lookup_realm = false
          rdns = false
          udp_preference_limit = 1
        [realms]
          %1$s = {
            kdc = 127.0.0.1:%2$d
          }
        """.formatted(REALM, port));
    Files.writeString(profile, """
        [realms]
          %1$s = {
            database_name = %3$s/principal
            key_stash_file = %3$s/stash
            acl_file = %3$s/kadm5.acl
            kdc_listen = 127.0.0.1:%2$d
            kdc_tcp_listen = 127.0.0.1:%2$d
          }
        """.formatted(REALM, port, directory));
    environment = Map.of("KRB5_CONFIG", conf(directory).toString(), "KRB5_KDC_PROFILE", profile.toString());
    Run.of(environment, null, program("kdb5_util"), "create", "-s", "-r", REALM, "-P", "of-the-database").ok();
    ProcessBuilder builder = new ProcessBuilder(program("krb5kdc"), "-n", "-r", REALM).redirectErrorStream(true)
        .redirectOutput(directory.resolve("kdc.log").toFile());
    builder.environment().putAll(environment);
    process = builder.start();
  }

  static Path conf(Path directory) {
    return directory.resolve("krb5.conf");
  }

  static boolean installed() {
    return Files.isExecutable(PROGRAMS.resolve("krb5kdc")) && Files.isExecutable(PROGRAMS.resolve("kadmin.local"));
  }

  private static String program(String name) {
    return PROGRAMS.resolve(name).toString();
  }

  /** Adds a principal, and writes its keys to a file. */
  void add(String principal, Path keys) throws IOException {
    Run.of(environment, null, program("kadmin.local"), "-r", REALM, "-q", "addprinc -randkey " + principal).ok();
    Run.of(environment, null, program("kadmin.local"), "-r", REALM, "-q", "ktadd -k " + keys + " " + principal).ok();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
