# nix run .#backend starts BeTrace from this clone; nix develop has what its tests need. The packages of npm are those of package-lock.json, which `npm ci`
# installs into the clone: Nix brings Node and the tools.
{
  description = "BeTrace: rules over OpenTelemetry traces";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      forEach = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
      tools = pkgs: [ pkgs.nodejs_24 pkgs.bash pkgs.coreutils pkgs.git ];
      script = pkgs: name: command: pkgs.writeShellApplication {
        inherit name;
        runtimeInputs = tools pkgs;
        text = ''
          if [ ! -f package.json ] || [ ! -d apps/standalone ]; then
            echo "${name}: run this in a clone of the repository" >&2
            exit 2
          fi
          exec ${command} "$@"
        '';
      };
      scripts = pkgs: rec {
        backend = script pkgs "betrace-backend" "npm start --";
        betrace = script pkgs "betrace" "npm run --silent betrace --";
        demo = script pkgs "betrace-demo" "npm run demo --";
        default = backend;
      };
    in
    {
      packages = forEach scripts;

      apps = forEach (pkgs: builtins.mapAttrs
        (name: package: {
          type = "app";
          program = "${package}/bin/${package.name}";
        })
        (scripts pkgs));

      devShells = forEach (pkgs: {
        default = pkgs.mkShell {
          packages = (tools pkgs) ++ [
            pkgs.curl
            pkgs.jq
            pkgs.openssl
            pkgs.lua5_3
            pkgs.prometheus
            pkgs.go
            pkgs.jdk17_headless
            pkgs.maven
            pkgs.python3
            pkgs.kubectl
          ];
        };
      });
    };
}
