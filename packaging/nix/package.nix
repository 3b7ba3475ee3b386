# For Nix. Nobody has tried it: nix-build -E '(import <nixpkgs> {}).callPackage ./packaging/nix/package.nix {}'
{ lib, stdenv, cmake, ninja, scdoc, abseil-cpp, boost, caf, cli11, hiredis, libpq, openssl, prometheus-cpp, rocksdb, spdlog, zlib }:

stdenv.mkDerivation {
  pname = "counterd";
  version = "0.1.0";
  src = lib.cleanSource ../..;

  nativeBuildInputs = [ cmake ninja scdoc ];
  buildInputs = [ abseil-cpp boost caf cli11 hiredis libpq openssl prometheus-cpp rocksdb spdlog zlib ];
  cmakeFlags = [ "-DBUILD_TESTING=OFF" ];

  meta = {
    description = "A counter service over HTTP";
    license = lib.licenses.mit;
    platforms = lib.platforms.linux;
    mainProgram = "counterd";
  };
}
