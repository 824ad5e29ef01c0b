// Topics as a tree, from what arrives: counts, last values, a little history. Bounded.

const mostTopics = 20000, mostHistory = 60;

const sameBytes = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

class Node {
  children = new Map();
  messages = 0; // on this very topic
  below = 0;    // here and below
  last = null;  // the last message
  history = []; // oldest first, {bytes, time}
  constructor(level, topic, parent) { Object.assign(this, { level, topic, parent }); }
}

export class TopicTree {
  root = new Node("", "", null);
  topics = 0;
  refused = 0; // messages on topics that were one too many

  // Returns the node, or null if there are too many topics.
  add(message) {
    const node = this.#find(message.topic);
    if (!node) {
      this.refused += 1;
      return null;
    }
    if (message.retained && node.last && sameBytes(message.bytes, node.last.bytes)) return node; // two filters brought it
    node.messages += 1;
    node.last = message;
    node.history.push({ bytes: message.bytes, time: message.time });
    if (node.history.length > mostHistory) node.history.shift();
    for (let above = node; above; above = above.parent) above.below += 1;
    return node;
  }

  #find(topic) {
    let node = this.root, path = "";
    for (const [i, level] of topic.split("/").entries()) {
      path = i === 0 ? level : `${path}/${level}`;
      let child = node.children.get(level);
      if (!child) {
        if (this.topics >= mostTopics) return null;
        child = new Node(level, path, node);
        node.children.set(level, child);
        this.topics += 1;
      }
      node = child;
    }
    return node;
  }
}
