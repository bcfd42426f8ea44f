# SPDX-License-Identifier: MIT
# meson and ninja by the usual names. A PREFIX that is given is kept in BUILD.
BUILD = build
PREFIX =
DESTDIR =
NINJA = ninja

all: configure
	$(NINJA) -C $(BUILD)

configure:
	@[ -f $(BUILD)/build.ninja ] || \
		meson setup $(BUILD) $(if $(PREFIX),--prefix $(PREFIX))
	@[ -z "$(PREFIX)" ] || [ "$(PREFIX)" = "$(prefix)" ] || \
		meson configure $(BUILD) -Dprefix=$(PREFIX)

# The one that BUILD has.
prefix = $$(meson introspect $(BUILD) --buildoptions | tr '{' '\n' | \
	sed -n 's/.*"name": "prefix", "value": "\([^"]*\)".*/\1/p')

install: all
	DESTDIR=$(DESTDIR) meson install -C $(BUILD) --no-rebuild

# Where it was installed to, its last installation has written down.
uninstall:
	[ -n "$(DESTDIR)" ] || dist/before-uninstall $(prefix)/share/subhost
	$(NINJA) -C $(BUILD) uninstall

check:
	./check

clean:
	rm -rf $(BUILD)

.PHONY: all configure install uninstall check clean
