package org.fdistill.cli;

/** The version of fdistill, from the jar. */
final class Version {
  private Version() {}

  /** Such as 0.1.0; "development" where the classes lie in a folder. */
  static String text() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
