# counterd behind Varnish: /etc/varnish/default.vcl. See docs/PROXIES.md.
vcl 4.1;

# Exactly one server: two would not share their counters.
backend counterd {
  .host = "127.0.0.1";
  .port = "8000";
}

sub vcl_recv {
  # No cache: it would turn HEAD into GET.
  return (pass);
}

sub vcl_backend_fetch {
  # Varnish sends a request again when a connection breaks that has served another one.
  set bereq.http.Connection = "close";
  return (fetch);
}
