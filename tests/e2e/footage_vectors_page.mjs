/**
 * Run every vector on a page as strict as the lesson page, and say in the document how each went.
 */

import { judge, judgeChunked, judgeHpke } from "/tests/lesson/footage_vectors.mjs";

const list = document.querySelector("ol");

function tell(name, wrong) {
  const item = document.createElement("li");
  item.dataset.name = name;
  item.textContent = wrong;
  list.append(item);
}

const read = async (path) => {
  const answer = await fetch(`/tests/vectors/${path}`);
  if (!answer.ok) {
    throw new Error(`${path}: ${answer.status}`);
  }
  return answer.text();
};

for (const name of JSON.parse(await read("footage/"))) {
  tell(name, await judge(await read(`footage/${name}`)));
}
const [hpke] = JSON.parse(await read("official/hpke-base-x25519-sha256-aes256gcm.json"));
tell("RFC 9180", await judgeHpke(hpke));
for (const vector of JSON.parse(await read("official/chunked-encryption.json")).vectors) {
  if (vector.aead === "AEAD_AES_128_GCM") {
    tell(vector.name, await judgeChunked(vector, "SHA-256"));
  }
}

let isPolicyOn = false;
try {
  document.createElement("div").innerHTML = "<b>the policy is off</b>";
} catch {
  isPolicyOn = true;
}
list.dataset.policy = isPolicyOn ? "on" : "off";
list.dataset.done = "yes";
