#include "counter/store/page_gatherer.hpp"

#include <utility>
#include <variant>

namespace counter {

page_gatherer::page_gatherer(batcher& batcher, const mailbox_layout& layout, page_request query,
                             tag_type tag, reply_handler& to)
    : batcher_(batcher),
      first_list_(layout.first_list),
      request_(std::move(query)),
      merge_(request_, layout.lists),
      tag_(tag),
      to_(&to) {}

void page_gatherer::send_requests() {
  while (auto next = merge_.next_request())
    batcher_.send(first_list_ + next->source, std::move(next->request), 0, next->source, *this);
}

void page_gatherer::on_reply(tag_type source, const completion& completion) {
  merge_.take(static_cast<unsigned>(source), std::get<page>(std::move(completion.call->response)));
  if (to_->use_count() == 1)
    return;  // nobody waits for the page any more
  if (!merge_.is_done())
    return send_requests();
  call merged{std::move(request_)};
  merged.response = merge_.result();
  batcher_.deliver(*to_, tag_, {.call = &merged});
}

}  // namespace counter
