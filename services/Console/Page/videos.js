'use strict';

// --- videos: the newest, with their progress; pictures are fetched, since an <img> sends no key ---

const mostVideos = 12;
const pictures = new Map(); // address → object URL

async function refreshVideos() {
  let pause = 5000;
  try {
    const answer = await fetch(api(`/videos?limit=${mostVideos}`), { headers: headers() });
    if (answer.ok) {
      const { data } = await answer.json();
      $('gallery').hidden = data.length === 0;
      $('videos').replaceChildren(...await Promise.all(data.map(showVideo)));
      if (data.some(video => video.status === 'queued' || video.status === 'in_progress')) pause = 1000;
    }
  } catch {
    // the state at the top of the page tells of it
  }
  setTimeout(refreshVideos, pause);
}

async function showVideo(video) {
  const box = element('figure', video.status);
  const picture = element('img');
  picture.alt = '';
  const address = video.status === 'completed' ? `/videos/${video.id}/content?variant=thumbnail` : `/videos/${video.id}/content?variant=preview`;
  const source = video.status === 'completed' ? await fetchPicture(address, true) : video.status === 'in_progress' ? await fetchPicture(address, false) : null;
  if (source) picture.src = source;
  box.append(source ? picture : element('div', 'blank'));
  if (video.status === 'in_progress') {
    const bar = element('progress');
    bar.max = 100;
    bar.value = video.progress;
    box.append(bar);
  }
  const caption = element('figcaption', '', video.prompt || 'from a picture');
  caption.title = `${video.id}\n${caption.textContent}`;
  box.append(caption, element('span', 'quiet', stateOf(video)));
  return box;
}

function stateOf(video) {
  switch (video.status) {
    case 'queued': return 'queued';
    case 'in_progress': return `${video.progress} %`;
    case 'completed': return `${video.seconds} s, ${video.size}`;
    default: return video.error?.message ?? 'failed';
  }
}

/** A preview changes and is asked for again, a thumbnail is kept. */
async function fetchPicture(address, keep) {
  if (keep && pictures.has(address)) return pictures.get(address);
  const answer = await fetch(api(address), { headers: headers() });
  if (!answer.ok) return null;
  const url = URL.createObjectURL(await answer.blob());
  if (!keep && pictures.has(address)) URL.revokeObjectURL(pictures.get(address));
  pictures.set(address, url);
  return url;
}

refreshVideos();
