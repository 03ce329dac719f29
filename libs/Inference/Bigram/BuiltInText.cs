namespace Platform.Inference.Bigram;

/// <summary>What a bigram model learns from when it is given nothing else. Words with accents and emoji make it speak parts of characters.</summary>
internal static class BuiltInText
{
    public const string Text = """
        The tea house at the end of the road opens at six. The first guests are the bakers, and the bakers want tea ☕ and bread. They sit by the window and talk about the weather, the flour and the price of butter.

        When the sun ☀️ comes over the hill, the schoolchildren pass the tea house. Some of them stop to look at the cakes in the window. The owner waves, the children wave back, and the bell of the school rings.

        The owner of the tea house has a cat. The cat sleeps in the window, on the newspaper, or on the chair of a guest who wants to sit down. Nobody minds, for the cat was there before the guests and will be there after them.

        At noon the house is full. The soup of the day is written on a board: Käsesuppe, crème de potiron, or 味噌汁 when the cook is in the mood. The guests ask for the soup, the cook sends the soup, and the soup is gone before one.

        In the afternoon the old men come and play cards. They play for matches, and the matches are counted every year. The one with the most matches pays for the tea ☕ of the others, and so nobody plays to win.

        The letter carrier comes at four with the letters of the day. There is a letter from the brewery, a letter from the town, and a postcard from a guest who went to the sea 🌊 and wants to come back for the cakes.

        When the rain 🌧️ comes, the road is empty and the house is quiet. The owner reads, the cat sleeps, and the clock over the door counts the hours. A good day, says the owner, is a day with rain in the afternoon and a full house in the evening.

        In the evening there is music. A young woman plays the fiddle, an old man plays the accordion, and the cook sings a song about the sea. The guests sing the last line of the song, and then they sing the song again.

        The tea house closes at ten. The owner counts the cups, the cook counts the spoons, and the cat counts the mice. The light goes out, the door is locked, and the road is dark until the bakers come back for the first tea ☕ of the day.

        Once a year the house is painted. The guests bring the brushes, the owner brings the paint, and the children paint the lower half of the wall. The upper half is white, the lower half is blue, and the cat is both for a week.

        """;
}
