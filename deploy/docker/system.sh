#!/bin/sh
# system.sh FOLDER: makes the system of the image of what Debian has installed here: the C and C++ libraries that Node needs, a shell and its
# commands for scripts, and the user that runs them. No package manager, documentation, locales or setuid files.
set -eu
test $# -eq 1 || { echo "usage: $0 FOLDER" >&2; exit 2; }
folder=$1
mkdir -p "$folder/usr/bin" "$folder/usr/sbin" "$folder/usr/lib" "$folder/etc" "$folder/tmp" "$folder/root" "$folder/proc" "$folder/dev"
# As in Debian: the packages name their files by these links.
for name in bin sbin lib; do ln -s "usr/$name" "$folder/$name"; done
test ! -e /lib64 || { mkdir "$folder/usr/lib64"; ln -s usr/lib64 "$folder/lib64"; }

packages='libc6 libgcc-s1 libstdc++6 dash coreutils libacl1 libattr1 libselinux1 libpcre2-8-0 libgmp10'
# By these files scanners know what there is.
mkdir -p "$folder/var/lib/dpkg/status.d"
for package in $packages; do dpkg-query --status "$package" >"$folder/var/lib/dpkg/status.d/$package"; done
# shellcheck disable=SC2086 # the names of packages
dpkg -L $packages | sort -u |
  grep -vE '^/usr/share/(man|info|locale|lintian|bug|menu|debconf|gcc|gdb)|/gconv/|^/\.$' | grep -vE '^/usr/share/doc/.*/(changelog|README|NEWS|THANKS|TODO|AUTHORS)' |
  while read -r file; do if test -L "$file" || test -f "$file"; then echo "${file#/}"; fi; done |
  tar --create --directory=/ --no-recursion --files-from=- | tar --extract --directory="$folder" --keep-directory-symlink --no-same-owner

printf 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/tmp:/bin/sh\n' >"$folder/etc/passwd"
printf 'root:x:0:\nnode:x:1000:\n' >"$folder/etc/group"
printf 'hosts: files dns\n' >"$folder/etc/nsswitch.conf"
cp /etc/debian_version "$folder/etc/"
cp "$(readlink -f /etc/os-release)" "$folder/etc/os-release"
chmod 1777 "$folder/tmp"
find "$folder" -xdev -type f -perm /6000 -exec chmod ug-s {} +
