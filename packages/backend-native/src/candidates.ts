/** The names under which systems keep a BLAS with the C interface and 32-bit sizes, the first to be tried first. */
export function candidates(platform: NodeJS.Platform = process.platform): readonly string[] {
  switch (platform) {
    case "darwin":
      return ["/System/Library/Frameworks/Accelerate.framework/Accelerate"];
    case "win32":
      return ["libopenblas.dll", "mkl_rt.2.dll", "mkl_rt.1.dll"];
    default:
      return ["libopenblas.so.0", "libopenblas.so", "libmkl_rt.so.2", "libmkl_rt.so.1"];
  }
}

/** How to get one. */
export function installation(platform: NodeJS.Platform = process.platform): string {
  switch (platform) {
    case "darwin":
      return "brew install openblas, and LM_BLAS=$(brew --prefix openblas)/lib/libopenblas.dylib";
    case "win32":
      return "put libopenblas.dll (github.com/OpenMathLib/OpenBLAS/releases) on the PATH";
    default:
      return "apt-get install libopenblas0 on Debian and Ubuntu, dnf install openblas on Fedora";
  }
}
