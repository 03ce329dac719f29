using System.Buffers;
using System.Text;
using Platform.OpenAi.Streaming;

namespace Platform.OpenAi.Tests.Streaming;

public class EventIdsTests
{
    [Fact]
    public void Events_of_one_choice_are_counted() => Assert.Equal(["1", "2", "3"], Ids(new EventIds(1), 0, 0, 0));

    [Fact]
    public void Those_of_several_are_counted_apart() => Assert.Equal(["1.0.0", "1.0.1", "2.0.1", "2.1.1"], Ids(new EventIds(3), 0, 2, 0, 1));

    [Fact]
    public void What_the_client_has_is_left_out_in_whatever_order_it_comes_again()
    {
        var after = StreamPosition.Read("2.0.1", 3);
        Assert.Equal(["2.1.1", "3.1.1"], Ids(new EventIds(3, after), 2, 0, 1, 0, 0));
        Assert.Equal(["3.0.1", "3.1.1"], Ids(new EventIds(3, after), 0, 0, 0, 1));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("1")]
    [InlineData("1.2.3")]
    [InlineData("-1.2")]
    [InlineData("1.99999999999")]
    [InlineData("1. 2")]
    public void What_is_no_id_of_a_stream_with_two_choices_is_refused(string text) => Assert.Null(StreamPosition.Read(text, 2));

    [Fact]
    public void Nothing_is_where_every_stream_begins() => Assert.Equal(["1"], Ids(new EventIds(1, StreamPosition.Read("", 1)), 0));

    private static List<string> Ids(EventIds ids, params int[] choices)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var choice in choices)
        {
            if (ids.Next(choice)) ids.Write(output);
        }

        return [.. Encoding.UTF8.GetString(output.WrittenSpan).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line["id: ".Length..])];
    }
}
