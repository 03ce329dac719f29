using System.Text;
using System.Text.Unicode;
using Platform.Fixtures;
using Platform.Inference.Bigram;
using Platform.Inference.Text;

namespace Platform.Inference.Tests.Text;

public sealed class TokenTextTests : IDisposable
{
    private readonly BigramModel model = new();

    public void Dispose() => model.Dispose();

    [Fact]
    public void A_character_is_shown_once_all_its_bytes_are_there()
    {
        Assert.Equal(["", "", "", "🌊", "!"], Shares("🌊!"u8, []));
        Assert.Equal(["", "é", ""], Shares("é"u8, [], end: true));
    }

    [Fact]
    public void Bytes_that_can_not_become_a_character_turn_into_the_replacement_character_only_when_that_is_certain()
    {
        Assert.Equal(["", "", "\uFFFDa"], Shares([0xE2, 0x98, (byte)'a'], []));
        Assert.Equal(["", "\uFFFD"], Shares([0xF0], [], end: true));
        Assert.Equal(["", "\uFFFD\uFFFD"], Shares([0xE0, 0x80], []));
    }

    [Fact]
    public void A_stop_string_never_reaches_the_client_nor_what_follows_it()
    {
        Assert.Equal(["o", "n", "e", "", "", "", ""], Shares("one, two"u8, [", t"], end: false)[..7]);
        var text = new TokenText(model, ["END"]);
        Assert.False(text.Add(Byte('E')));
        Assert.False(text.Add(Byte('N')));
        Assert.True(text.Add(Byte('D')));
        Assert.True(text.Add(Byte('x')));
        text.End();
        Assert.Equal(0, text.Released.Length);
    }

    [Fact]
    public void What_turns_out_not_to_be_a_stop_string_is_shown_with_the_token_that_tells() =>
        Assert.Equal(["a", "", "", "ENx"], Shares("aENx"u8, ["END"]));

    [Fact]
    public void What_was_held_back_is_shown_at_the_end() =>
        Assert.Equal(["a", "", "", "EN"], Shares("aEN"u8, ["END"], end: true));

    [Fact]
    public void Control_and_end_tokens_have_no_text()
    {
        var text = new TokenText(model, []);
        text.Add(model.Info.Bos);
        Assert.Equal(0, text.Released.Length);
        text.Add(model.Info.Eos);
        Assert.Equal(0, text.Released.Length);
    }

    [Fact]
    public void An_empty_stop_string_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new TokenText(model, [""]));

    [Fact]
    public void Any_tokens_give_what_a_decoder_of_the_whole_gives_up_to_the_first_stop_string()
    {
        var random = new Random(7);
        byte[][] alphabet = ["a"u8.ToArray(), "b"u8.ToArray(), "é"u8.ToArray(), "🌊"u8.ToArray(), [0xC3], [0xA9], [0x9F], [0xF0, 0x9F], [0xFF], [0xED, 0xA0, 0x80]];
        string[] stops = ["a", "ab", "aba", "bab", "éa", "aé", "🌊b", "abab", "bb", "\uFFFDa", "éé"];
        for (var run = 0; run < 6_000; run++)
        {
            var tokens = Enumerable.Range(0, random.Next(1, 12)).SelectMany(_ => alphabet[random.Next(alphabet.Length)]).Select(value => Byte((char)value)).ToList();
            tokens.InsertRange(random.Next(tokens.Count), Enumerable.Repeat(random.Next(model.Info.Vocabulary), random.Next(2)).Where(token => !model.IsEnd(token)));
            var chosen = Enumerable.Range(0, random.Next(5)).Select(_ => stops[random.Next(stops.Length)]).ToArray();

            var bytes = tokens.SelectMany(Piece).ToArray();
            var whole = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes));
            var (shown, stopped) = Naive(whole, chosen.Select(Encoding.UTF8.GetBytes).ToArray());

            var text = new TokenText(model, chosen);
            var released = new List<byte>();
            var shares = new List<int>();
            foreach (var token in tokens)
            {
                text.Add(token);
                Assert.True(Utf8.IsValid(text.Released), "a share splits a character");
                released.AddRange(text.Released);
                shares.Add(text.Released.Length);
                Assert.True(shown.AsSpan().StartsWith(released.ToArray()), "too much was shown");
            }

            text.End();
            released.AddRange(text.Released);
            Assert.Equal(shown, released);
            Assert.Equal(stopped, text.IsStopped);

            var again = new TokenText(model, chosen);
            Assert.Equal(shares, tokens.Select(token => { again.Add(token); return again.Released.Length; }));
        }
    }

    [Fact]
    public void No_more_is_held_back_than_may_become_a_stop_string()
    {
        var random = new Random(8);
        for (var run = 0; run < 2_000; run++)
        {
            string[] stops = ["abab", "ba"];
            var text = new TokenText(model, stops);
            var (shown, all) = ("", "");
            while (all.Length < 30 && !text.IsStopped)
            {
                var letter = "abc"[random.Next(3)];
                all += letter;
                if (!text.Add(Byte(letter)))
                {
                    shown += Encoding.UTF8.GetString(text.Released);
                    var held = all[shown.Length..];
                    Assert.True(held == "" || stops.Any(stop => stop.StartsWith(held, StringComparison.Ordinal)), held);
                    Assert.DoesNotContain(stops, stop => Enumerable.Range(held.Length + 1, 3).Any(longer => longer < stop.Length && all.EndsWith(stop[..longer], StringComparison.Ordinal)));
                }
            }
        }
    }

    [Fact]
    public void A_token_costs_no_memory()
    {
        var text = new TokenText(model, ["never", "ever"]);
        void Feed()
        {
            for (var i = 0; i < 100; i++)
            {
                text.Add(Byte((char)('a' + i % 26)));
            }
        }

        Assert.Equal(0, Allocation.Of(Feed));
    }

    private static (byte[] Shown, bool Stopped) Naive(byte[] text, byte[][] stops)
    {
        for (var end = 1; end <= text.Length; end++)
        {
            var matches = stops.Where(stop => text.AsSpan(0, end).EndsWith(stop)).ToArray();
            if (matches.Length > 0)
            {
                return (text[..(end - matches.Max(match => match.Length))], true);
            }
        }

        return (text, false);
    }

    private string[] Shares(ReadOnlySpan<byte> bytes, string[] stops, bool end = false)
    {
        var text = new TokenText(model, stops);
        var shares = new List<string>();
        foreach (var value in bytes)
        {
            text.Add(Byte((char)value));
            shares.Add(Encoding.UTF8.GetString(text.Released));
        }

        if (end)
        {
            text.End();
            shares.Add(Encoding.UTF8.GetString(text.Released));
        }

        return [.. shares];
    }

    private static int Byte(char value) => BigramVocabulary.OfByte((byte)value);

    private byte[] Piece(int token)
    {
        var piece = new byte[64];
        return piece[..model.Piece(token, piece, special: false)];
    }
}
