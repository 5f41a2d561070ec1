#!/usr/bin/python3
"""A WebKitGTK window for WebDriver with Intelligent Tracking Prevention on and a profile of its own.

MiniBrowser keeps nothing while it is automated, and tracking prevention does not act on what is not kept.
PROFILE is the folder of the profile, PROXY the address that answers for every host.
"""
import os

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # noqa: E402

profile = os.environ["PROFILE"]
data = WebKit2.WebsiteDataManager(base_data_directory=profile, base_cache_directory=profile)
data.set_itp_enabled(True)
context = WebKit2.WebContext.new_with_website_data_manager(data)
proxy = WebKit2.NetworkProxySettings.new(os.environ["PROXY"], None)
data.set_network_proxy_settings(WebKit2.NetworkProxyMode.CUSTOM, proxy)
cookies = os.path.join(profile, "cookies.txt")
context.get_cookie_manager().set_persistent_storage(cookies, WebKit2.CookiePersistentStorage.TEXT)
context.set_automation_allowed(True)

notebook = Gtk.Notebook()
window = Gtk.Window()
window.set_default_size(900, 700)
window.add(notebook)


def new_view(_session):
    view = WebKit2.WebView(web_context=context, is_controlled_by_automation=True)
    notebook.append_page(view, None)
    notebook.show_all()
    notebook.set_current_page(notebook.page_num(view))
    return view


def on_automation(_context, session):
    info = WebKit2.ApplicationInfo()
    info.set_name("itp-browser")
    info.set_version(1, 0, 0)
    session.set_application_info(info)
    session.connect("create-web-view", new_view)


context.connect("automation-started", on_automation)
window.show_all()
Gtk.main()
